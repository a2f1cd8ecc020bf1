import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../scripts/lib/free-port.ts';
import type { FleetServer } from './support/fleet-server.ts';
import { type OtlpReceiver, startOtlpReceiver } from './support/otlp-receiver.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench } from './support/supervised.ts';
import { tlsFile } from './support/tls-files.ts';

const CAPABILITIES = {
  accepts_remote_config: true,
  reports_own_metrics: true,
  reports_own_logs: true,
  reports_own_traces: true,
};

/** Takes OTLP, so that the Collector has spans of its own to tell of. */
function receivingOn(port: number): string {
  return `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
exporters: {nop: }
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
`;
}

async function running(options: Parameters<typeof bench>[0] = {}): Promise<Bench & { supervisor: Program }> {
  const it = await bench({
    capabilities: CAPABILITIES,
    ...options,
    agent: { own_metrics_interval: '500ms', ...options.agent },
  });
  const supervisor = it.start();
  await it.server.until('healthy', ({ health }) => health?.healthy === true);
  return Object.assign(it, { supervisor });
}

function verdict(server: FleetServer, hash: string): Promise<string> {
  return eventually(`the verdict on ${hash}`, () =>
    server.settingsStatuses.find((status) => new RegExp(`^(APPLIED|FAILED) ${hash}\\b`).test(status)),
  );
}

const arrival = (receiver: OtlpReceiver, path: string, name = '') =>
  eventually(`an export to ${path}`, () =>
    receiver.exports.find((each) => each.path === path && each.names.some((one) => one.includes(name))),
  );

const at = (receiver: OtlpReceiver, path: string, headers: Readonly<Record<string, string>> = {}) => ({
  destinationEndpoint: `${receiver.url}${path}`,
  headers: { headers: Object.entries(headers).map(([key, value]) => ({ key, value })) },
});

const IDENTIFYING = ['service.name', 'service.version', 'service.instance.id', 'service.namespace', 'tier'];

describeWithCollector("the Collector's own telemetry", () => {
  describe.each(['ws', 'http'] as const)('over %s', (transport) => {
    test('goes where the server wants it, metrics, logs and traces each, with the attributes that identify the agent', async () => {
      await using receiver = await startOtlpReceiver();
      const port = await freePort();
      await using it = await running({
        transport,
        local: receivingOn(port),
        agent: {
          description: {
            // The settings file reads `$$` as a dollar sign.
            identifying_attributes: { 'service.namespace': 'pay$$ments', tier: 3 },
            non_identifying_attributes: { 'deployment.environment.name': 'prod' },
          },
        },
      });
      const hash = it.server.offerConnection({
        ownMetrics: at(receiver, '/some/metrics', { 'X-Key': 'of $metrics' }),
        ownLogs: at(receiver, '/some/logs', { 'X-Key': 'logs' }),
        ownTraces: at(receiver, '/some/traces'),
      });
      expect(await verdict(it.server, hash)).toBe(`APPLIED ${hash}`);
      const { description } = await it.server.until(
        'healthy again',
        ({ health }) => health?.healthy === true,
      );
      const metrics = await arrival(receiver, '/some/metrics', 'otelcol_process_uptime');
      const logs = await arrival(receiver, '/some/logs', 'Everything is ready');
      await fetch(`http://127.0.0.1:${port}/v1/traces`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] }),
      });
      const traces = await arrival(receiver, '/some/traces');
      expect(metrics.headers['x-key']).toBe('of $metrics');
      expect(metrics.headers['content-type']).toBe('application/x-protobuf');
      expect(logs.headers['x-key']).toBe('logs');
      for (const { resource } of [metrics, logs, traces]) {
        for (const key of [...IDENTIFYING, 'deployment.environment.name'])
          expect([key, resource[key]]).toEqual([key, description[key]]);
      }
      expect(description).toMatchObject({ 'service.namespace': 'pay$ments', tier: '3' });
      const version = /^VERSION_ID="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
      const host = { 'os.type': 'linux', 'os.version': version, 'host.name': hostname() };
      expect(description).toMatchObject(host);
    });
  });

  test('by TLS, with certificates in files of their own, in which alone the key is to be found', async () => {
    const tls = { cert: tlsFile('server-cert'), key: tlsFile('server-key') };
    await using receiver = await startOtlpReceiver({
      ...tls,
      ca: tlsFile('agent-ca-cert'),
      requestCert: true,
      rejectUnauthorized: true,
    });
    await using it = await running();
    const bytes = (name: string) => new Uint8Array(Buffer.from(tlsFile(name)));
    const destination = { destinationEndpoint: `${receiver.url}/v1/metrics` };
    const bare = it.server.offerConnection({ ownMetrics: destination });
    expect(await verdict(it.server, bare)).toMatch(/^FAILED .*own metrics: .*cannot be reached/);
    const hash = it.server.offerConnection({
      ownMetrics: {
        ...destination,
        tls: { caPemContents: tlsFile('ca-cert') },
        certificate: { cert: bytes('agent-cert'), privateKey: bytes('agent-key') },
      },
    });
    expect(await verdict(it.server, hash)).toBe(`APPLIED ${hash}`);
    expect((await arrival(receiver, '/v1/metrics')).certificate).toBe('agent');
    for (const name of readdirSync(it.storage).filter((each) => each.startsWith('own-')))
      expect([name, statSync(join(it.storage, name)).mode & 0o777]).toEqual([name, 0o600]);
    const { effectiveConfig } = await it.server.until('reported', ({ effectiveConfig: text }) =>
      text.includes('own-metrics-key.pem'),
    );
    const configuration = readFileSync(join(it.storage, 'effective.yaml'), 'utf8');
    for (const text of [effectiveConfig, configuration, it.supervisor.stderr])
      expect(text).not.toContain('PRIVATE KEY');

    const none = it.server.offerConnection({ ownMetrics: { destinationEndpoint: '' } });
    expect(await verdict(it.server, none)).toBe(`APPLIED ${none}`);
    expect(readdirSync(it.storage).filter((name) => name.endsWith('.pem'))).toEqual([]);
  });

  test('a wrong offer is reported and harms nothing; what was there before goes on', async () => {
    await using receiver = await startOtlpReceiver();
    await using refusing = await startOtlpReceiver();
    refusing.status = 401;
    await using it = await running();
    const good = it.server.offerConnection({ ownMetrics: at(receiver, '/v1/metrics') });
    await verdict(it.server, good);
    await arrival(receiver, '/v1/metrics');
    const pid = await it.collector();
    const wrong = (destinationEndpoint: string) => ({ ownMetrics: { destinationEndpoint } });
    for (const [offer, reason] of [
      [wrong('not a url'), 'no http or https URL'],
      [wrong('http://127.0.0.1:1/v1/metrics'), 'ECONNREFUSED'],
      [wrong(`${refusing.url}/v1/metrics`), 'HTTP 401'],
      [{ ...wrong(`${receiver.url}/other`), ownLogs: { destinationEndpoint: 'x' } }, 'own logs'],
      [{ ownMetrics: { ...at(receiver, '/other'), proxy: { url: 'http://p' } } }, 'proxy'],
    ] as const) {
      const hash = it.server.offerConnection(offer);
      expect(await verdict(it.server, hash)).toMatch(new RegExp(`^FAILED ${hash} .*${reason}`));
    }
    expect(await it.collector()).toBe(pid);
    expect(it.server.agents[0]?.health?.healthy).toBe(true);
    const before = receiver.exports.length;
    await eventually('it still arrives', () => receiver.exports.length > before + 1);
    expect(new Set(receiver.exports.map(({ path }) => path))).toEqual(new Set(['/v1/metrics']));
  });

  test('what keeps the Collector from running goes back to what ran before', async () => {
    await using receiver = await startOtlpReceiver();
    // The level is "none", so that nobody notices that this port is taken, until metrics are wanted.
    await using it = await running({
      local: `receivers: {nop: }
exporters: {nop: }
service:
  telemetry:
    metrics:
      level: none
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${new URL(receiver.url).port}}}}}]
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`,
    });
    const hash = it.server.offerConnection({ ownMetrics: at(receiver, '/own/metrics') });
    expect(await verdict(it.server, hash)).toMatch(/^FAILED .*address already in use/);
    const { effectiveConfig } = await it.server.until('healthy again', ({ health, effectiveConfig: text }) =>
      Boolean(health?.healthy && !text.includes('/own/metrics')),
    );
    expect(effectiveConfig).toContain('level: None');
    expect(existsSync(join(it.storage, 'own-telemetry.json'))).toBe(false);
    await it.collector();
  });

  test('is remembered: with the next supervisor, a new configuration, and a restart', async () => {
    await using receiver = await startOtlpReceiver();
    await using it = await running();
    const hash = it.server.offerConnection({ ownMetrics: at(receiver, '/v1/metrics') });
    await verdict(it.server, hash);
    const pid = await it.collector();
    await it.supervisor.end('SIGKILL');
    const next = it.start();
    await next.until('adopted', ({ stderr }) => stderr.includes('running agent adopted') || undefined);
    await it.server.until('here', ({ isConnected }) => isConnected);
    expect(await it.collector()).toBe(pid);
    await next.end();
    it.start();
    const config = it.server.offer(receivingOn(await freePort()));
    await it.server.until(
      'applied',
      ({ config: last }) => last?.hash === config && last.status === 'APPLIED',
    );
    const before = receiver.exports.length;
    await eventually('it still arrives', () => receiver.exports.length > before + 1);
  });

  test('is not offered a place where that is not announced', async () => {
    await using receiver = await startOtlpReceiver();
    await using it = await running({
      capabilities: { accepts_remote_config: true, reports_own_metrics: false },
    });
    it.server.offerConnection({ ownMetrics: at(receiver, '/own/metrics') });
    const config = it.server.offer(receivingOn(await freePort()));
    await it.server.until(
      'applied',
      ({ config: last }) => last?.hash === config && last.status === 'APPLIED',
    );
    expect([it.server.settingsStatuses, receiver.exports]).toEqual([[], []]);
    expect(it.server.agents[0]?.effectiveConfig).not.toContain('/own/metrics');
  });
});

const SPAN = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'x',
  kind: 1,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
};
