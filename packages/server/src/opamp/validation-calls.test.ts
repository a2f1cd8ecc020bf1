import {
  AgentRemoteConfigSchema,
  configMapFromMessage,
  create,
  decodeMessage,
  encodeMessage,
  RemoteConfigStatusSchema,
} from '@drover/opamp';
import { type CustomMessageInit, createOpampClient, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';
import { VALIDATE_CAPABILITY } from './validation-calls.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const BODY = `receivers:
  otlp: {protocols: {grpc: {}}}
exporters:
  debug: {}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [debug]}
`;

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

type Transport = 'websocket' | 'http';
type Answer = readonly [type: string, message?: string] | undefined;

interface Agent extends AsyncDisposable {
  readonly client: OpampClient;
  readonly uid: string;
  /** Texts that it was asked about, by name. */
  readonly asked: Record<string, string>[];
}

/** An agent whose supervisor answers as told; undefined for no answer. */
async function startAgent(
  transport: Transport,
  answer: (text: string) => Answer,
  customCapabilities: readonly string[] = [VALIDATE_CAPABILITY],
  on = server,
): Promise<Agent> {
  const asked: Record<string, string>[] = [];
  const url = on.plane.opampUrl;
  const client: OpampClient = createOpampClient({
    url: transport === 'websocket' ? url : url.replace(/^ws/, 'http'),
    description: {
      identifying: {
        'service.name': 'otelcol',
        'service.version': '1.2.3',
        'service.instance.id': crypto.randomUUID(),
      },
      nonIdentifying: {},
    },
    capabilities: ['ReportsStatus', 'AcceptsRemoteConfig', 'ReportsRemoteConfig'],
    heartbeatIntervalMs: 50,
    backoff: { initialMs: 20, maxMs: 100 },
    customCapabilities,
    onRemoteConfig: ({ hash }) => client.setRemoteConfigStatus({ hash, status: 'applied' }),
    onCustomMessage: ({ data }: CustomMessageInit) => {
      const decoded = decodeMessage(AgentRemoteConfigSchema, data);
      if (decoded.kind !== 'message' || decoded.message.config === undefined) throw new Error('no request');
      const files = [...configMapFromMessage(decoded.message.config)].map(([name, { body }]) => [
        name,
        Buffer.from(body).toString(),
      ]);
      asked.push(Object.fromEntries(files));
      const [type, errorMessage = ''] = answer(files.map(([, text]) => text).join('\n')) ?? [];
      if (type === undefined) return;
      const lastRemoteConfigHash = decoded.message.configHash.slice();
      const status = create(RemoteConfigStatusSchema, { lastRemoteConfigHash, errorMessage });
      const reply = {
        capability: VALIDATE_CAPABILITY,
        type,
        data: encodeMessage(RemoteConfigStatusSchema, status),
      };
      client.sendCustomMessage(reply);
    },
  });
  client.start();
  const uid = client.instanceUid as string;
  await eventually(
    () => on.api.getAgent(uid).catch(() => undefined),
    (agent) => agent?.connection.state === 'connected' && agent.customCapabilities.length > 0,
  );
  return { client, uid, asked, [Symbol.asyncDispose]: () => client.stop() };
}

const validate = (instanceUid: string, more: { body?: string; name?: string } = {}) =>
  server.api.validateConfig({ body: BODY, ...more, with: { kind: 'agent', instanceUid } });

describe.each<Transport>(['websocket', 'http'])(
  'an agent over %s that is asked about a configuration',
  (transport) => {
    it('gets it as it would be offered, and its word that it would run it stands beside the findings', async () => {
      await using agent = await startAgent(transport, () => ['valid']);
      expect(await validate(agent.uid)).toEqual({
        valid: true,
        problems: [],
        schemas: [expect.objectContaining({ distribution: 'otelcol-drover', match: 'assumed' })],
        trial: {
          kind: 'agent',
          instanceUid: agent.uid,
          program: 'otelcol 1.2.3',
          verdict: 'valid',
          reason: '',
          stack: [{ name: 'configuration', revision: null }],
        },
      });
      expect(agent.asked).toEqual([{ configuration: BODY }]);
    });

    it("says no in its program's words, which lead to their place", async () => {
      const words = 'service::pipelines::metrics: references exporter "x" which is not configured';
      await using agent = await startAgent(transport, () => ['invalid', words]);
      const { valid, problems, trial } = await validate(agent.uid);
      expect([valid, trial?.verdict]).toEqual([false, 'invalid']);
      expect(problems).toEqual([
        {
          severity: 'error',
          path: 'service::pipelines::metrics',
          line: 7,
          column: 5,
          message: 'references exporter "x" which is not configured',
          source: 'collector',
        },
      ]);
    });

    it('may be on a host that would not run it', async () => {
      await using agent = await startAgent(transport, () => [
        'refused',
        'the policy of this host forbids it',
      ]);
      expect(await validate(agent.uid)).toMatchObject({
        valid: false,
        problems: [{ message: 'the policy of this host forbids it', source: 'supervisor', line: 0 }],
        trial: { verdict: 'refused', reason: 'the policy of this host forbids it' },
      });
    });

    it('gets the secrets that the text names, and they are taken out of what it says', async () => {
      await server.api.putSecret('gateway', { value: 'planted-value-42' });
      await using agent = await startAgent(transport, (text) => [
        'invalid',
        `exporters::debug: bad: ${text}`,
      ]);
      const body = BODY.replace('debug: {}', 'debug: {key: "${drover:secret.gateway}"}');
      const result = await validate(agent.uid, { body });
      expect(agent.asked[0]?.configuration).toContain('planted-value-42');
      expect(JSON.stringify(result)).not.toContain('planted');
      expect(result.trial?.verdict).toBe('invalid');
    });

    it('is asked about the whole stack of which the text is a layer', async () => {
      await server.api.putConfig('bottom', { body: 'receivers: {otlp: {protocols: {http: {}}}}\n' });
      await server.api.putConfig('top', { body: BODY });
      await using agent = await startAgent(transport, () => ['valid']);
      await server.api.createRollout({
        target: { kind: 'config', configs: [{ name: 'bottom' }, { name: 'top' }] },
        selector: `instanceUid=${agent.uid}`,
      });
      await eventually(
        () => server.api.getAgent(agent.uid),
        ({ remoteConfig }) => remoteConfig.inSync === true,
      );
      const body = `${BODY}# edited\n`;
      const { trial } = await validate(agent.uid, { name: 'top', body });
      expect(trial?.stack).toEqual([
        { name: 'bottom', revision: 1 },
        { name: 'top', revision: null },
      ]);
      expect(agent.asked).toEqual([
        { '01-bottom': 'receivers: {otlp: {protocols: {http: {}}}}\n', '02-top': body },
      ]);
    });

    it('may be too busy', async () => {
      await using agent = await startAgent(transport, () => ['busy', 'four wait']);
      await expect(validate(agent.uid)).rejects.toMatchObject({ status: 503, code: 'validation_busy' });
    });

    it('that goes away before it answers gives a clear error', async () => {
      await using agent = await startAgent(transport, () => undefined);
      const asking = validate(agent.uid);
      asking.catch(() => {});
      await eventually(
        async () => agent.asked.length,
        (count) => count > 0,
      );
      await agent.client.stop();
      await expect(asking).rejects.toMatchObject({
        status: 409,
        code: 'agent_not_connected',
        message: expect.stringContaining('went away before it answered'),
      });
      await expect(validate(agent.uid)).rejects.toMatchObject({ code: 'agent_not_connected' });
    });

    it('is not asked where it does not say that it can be', async () => {
      await using agent = await startAgent(transport, () => ['valid'], ['dev.drover.other']);
      await expect(validate(agent.uid)).rejects.toMatchObject({ status: 409, code: 'capability_missing' });
      agent.client.setCustomCapabilities([VALIDATE_CAPABILITY]);
      const asked = await eventually(
        () => validate(agent.uid).catch(() => undefined),
        (result) => result !== undefined,
      );
      expect(asked?.valid).toBe(true);
      agent.client.setCustomCapabilities([]);
      await eventually(
        () => validate(agent.uid).catch((error: { code: string }) => error.code),
        (code) => code === 'capability_missing',
      );
    });

    it('is proposed to whoever looks for one that can be asked', async () => {
      await using other = await startAgent(transport, () => ['valid'], ['dev.drover.other']);
      await using agent = await startAgent(transport, () => ['valid']);
      const selector = `instanceUid in (${agent.uid},${other.uid})`;
      expect(await server.api.configTrialAgents({ selector })).toEqual({
        local: null,
        items: [
          {
            instanceUid: agent.uid,
            displayName: 'otelcol',
            program: 'otelcol 1.2.3',
            hostName: '',
            transport,
            isHealthy: false,
            runsConfig: false,
          },
        ],
      });
    });
  },
);

it('a text that cannot be read is put before nobody', async () => {
  await using agent = await startAgent('websocket', () => ['valid']);
  const { valid, trial } = await validate(agent.uid, { body: 'a: [' });
  expect([valid, trial?.verdict, trial?.reason]).toEqual([false, 'not_asked', 'the text cannot be read']);
  const missing = await validate(agent.uid, { body: 'a: ${drover:label.nowhere}' });
  expect(missing.trial).toMatchObject({ verdict: 'not_asked' });
  expect(missing.problems).toContainEqual(
    expect.objectContaining({ severity: 'error', source: 'variables' }),
  );
  expect(agent.asked).toEqual([]);
});

it('an agent that nobody knows, and a Collector that the server does not have, are said to be missing', async () => {
  await expect(validate(crypto.randomUUID())).rejects.toMatchObject({ status: 404, code: 'agent_not_found' });
  await expect(server.api.validateConfig({ body: BODY, with: { kind: 'local' } })).rejects.toMatchObject({
    status: 409,
    code: 'local_collector_missing',
  });
});

it('a server that stops waits for no answer', async () => {
  const other = await startTestControlPlane();
  await using agent = await startAgent('websocket', () => undefined, [VALIDATE_CAPABILITY], other);
  const asking = other.api.validateConfig({ body: BODY, with: { kind: 'agent', instanceUid: agent.uid } });
  const failed = expect(asking).rejects.toThrow();
  await eventually(
    async () => agent.asked.length,
    (count) => count > 0,
  );
  await other[Symbol.asyncDispose]();
  await failed;
});
