import {
  type AttributeValue,
  AvailableComponentsSchema,
  attributesToKeyValues,
  type ComponentHealth,
  ComponentHealthSchema,
  create,
} from '@drover/opamp';
import { createOpampClient, type OpampClientOptions } from '@drover/opamp/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

type Transport = 'websocket' | 'http';

function startAgent(transport: Transport, options: Partial<OpampClientOptions> = {}) {
  const url =
    transport === 'websocket' ? server.plane.opampUrl : server.plane.opampUrl.replace(/^ws/, 'http');
  const client = createOpampClient({
    url,
    description: { identifying: { 'service.name': 'agent' } },
    capabilities: [
      'ReportsHealth',
      'AcceptsRemoteConfig',
      'ReportsRemoteConfig',
      'ReportsAvailableComponents',
    ],
    heartbeatIntervalMs: 50,
    backoff: { initialMs: 20, maxMs: 100 },
    ...options,
  });
  client.start();
  return { client, uid: client.instanceUid as string, [Symbol.asyncDispose]: () => client.stop() };
}

const shown = (uid: string, isSo: (agent: Awaited<ReturnType<typeof server.api.getAgent>>) => boolean) =>
  eventually(
    () => server.api.getAgent(uid).catch(() => undefined),
    (agent) => agent !== undefined && isSo(agent),
  );

const ATTRIBUTES: Record<string, AttributeValue> = {
  text: 'x',
  yes: true,
  large: 2n ** 63n - 1n,
  small: -5n,
  half: 0.5,
  bytes: Uint8Array.of(255, 0),
  nothing: null,
  list: ['a', 1n, ['b']],
  map: { inner: { deep: true } },
};

const leaf = (status: string) => create(ComponentHealthSchema, { healthy: true, status });

function tree(statusTimeUnixNano: bigint, names: readonly string[]): ComponentHealth {
  const exporters = Object.fromEntries(names.map((name) => [name, leaf('purring, as ever')]));
  return create(ComponentHealthSchema, {
    healthy: true,
    status: 'StatusWhichNobodyKnows',
    startTimeUnixNano: statusTimeUnixNano,
    statusTimeUnixNano,
    componentHealthMap: { pipeline: { healthy: false, lastError: 'away', componentHealthMap: exporters } },
    attributes: attributesToKeyValues({ any: 'thing' }),
  });
}

describe.each<Transport>(['websocket', 'http'])('reported over %s', (transport) => {
  it('attributes of every kind are shown in their kind, and found by selectors', async () => {
    await using agent = startAgent(transport, {
      description: { identifying: { 'service.name': `kinds-${transport}` }, nonIdentifying: ATTRIBUTES },
    });
    const view = await shown(agent.uid, ({ description }) => 'text' in description.nonIdentifying);
    expect(view?.description.nonIdentifying).toEqual({
      text: 'x',
      yes: true,
      large: '9223372036854775807',
      small: -5,
      half: 0.5,
      bytes: '/wA=',
      nothing: null,
      list: ['a', 1, ['b']],
      map: { inner: { deep: true } },
    });
    for (const selector of ['yes=true', 'large=9223372036854775807', 'half="0.5"', 'nothing', 'small=-5']) {
      const { items } = await server.api.listAgents({
        selector: `${selector},service.name=kinds-${transport}`,
      });
      expect([selector, items.map(({ instanceUid }) => instanceUid)]).toEqual([selector, [agent.uid]]);
    }
  });

  it('a tree of health is shown with words that nobody knows, and replaced as a whole', async () => {
    const observed = Date.parse('2026-01-02T03:04:05.678Z');
    await using agent = startAgent(transport, { health: tree(BigInt(observed) * 1_000_000n, ['a', 'b']) });
    const before = await shown(agent.uid, ({ health }) => health?.components.pipeline !== undefined);
    expect(before?.health).toMatchObject({
      healthy: true,
      status: 'StatusWhichNobodyKnows',
      startedAt: '2026-01-02T03:04:05.678Z',
      statusAt: '2026-01-02T03:04:05.678Z',
    });
    const pipeline = before?.health?.components.pipeline;
    expect(pipeline).toMatchObject({ healthy: false, lastError: 'away' });
    expect(pipeline?.components.b).toMatchObject({ status: 'purring, as ever' });
    agent.client.setHealth(tree(0n, ['a']));
    const after = await shown(
      agent.uid,
      ({ health }) => health?.components.pipeline?.components.b === undefined,
    );
    expect(Object.keys(after?.health?.components.pipeline?.components ?? {})).toEqual(['a']);
    expect(after?.health?.startedAt).toBeNull();
  });

  it('components are shown with their metadata, nested as they came', async () => {
    const metadata = (name: string) => attributesToKeyValues({ 'code.namespace': name });
    const availableComponents = create(AvailableComponentsSchema, {
      hash: Uint8Array.of(transport === 'http' ? 1 : 2, 9),
      components: {
        receivers: {
          subComponentMap: {
            otlp: {
              metadata: metadata('m/otlp'),
              subComponentMap: { grpc: { metadata: metadata('m/grpc') } },
            },
          },
        },
      },
    });
    await using agent = startAgent(transport, { availableComponents });
    const view = await shown(agent.uid, (now) => now.availableComponents?.components !== undefined);
    const components = view?.availableComponents?.components as Record<string, Record<string, unknown>>;
    expect(components.receivers?.otlp).toEqual({
      metadata: { 'code.namespace': 'm/otlp' },
      components: { grpc: { metadata: { 'code.namespace': 'm/grpc' }, components: {} } },
    });
  });

  it('an agent that was away is offered the newest configuration alone, however often it changed meanwhile', async () => {
    const name = `away-${transport}`;
    const offered: string[] = [];
    const first = startAgent(transport);
    await shown(first.uid, ({ connection }) => connection.state === 'connected');
    await server.api.patchAgent(first.uid, { labels: { group: name } });
    await first.client.stop();
    await shown(first.uid, ({ connection }) => connection.state === 'disconnected');
    for (let version = 1; version <= 10; version++) {
      await server.api.putConfig(name, { body: `receivers: {nop/${version}: }\n` });
      await server.api.createRollout({
        target: { kind: 'config', name },
        selector: `label:group=${name}`,
      });
    }
    await using back = startAgent(transport, {
      instanceUid: first.client.instanceUid,
      onRemoteConfig: ({ hash, files }) => {
        offered.push(...[...(files ?? [])].map(([, { body }]) => Buffer.from(body).toString()));
        back.client.setRemoteConfigStatus({ hash, status: 'applied' });
      },
    });
    const view = await shown(back.uid, ({ remoteConfig }) => remoteConfig.status === 'applied');
    expect(view?.remoteConfig.inSync).toBe(true);
    expect(offered).toEqual(['receivers: {nop/10: }\n']);
  });

  it('the control plane announces what it can, and no bit that nobody knows', async () => {
    await using agent = startAgent(transport);
    await shown(agent.uid, ({ connection }) => connection.state === 'connected');
    const { serverCapabilities } = agent.client;
    expect(serverCapabilities & 1n).toBe(1n);
    expect(serverCapabilities & ~0x7fn).toBe(0n);
  });
});
