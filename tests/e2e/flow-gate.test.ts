import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program, processesWith } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';

const AGENTS = 5;

/** Makes data of its own each second. Where its own metrics go is not in it: the control plane tells the supervisor. */
const config = (processors: string, list: string): string => `receivers:
  hostmetrics: {collection_interval: 1s, scrapers: {load: , memory: }}
processors: ${processors}
exporters:
  debug: {verbosity: basic}
service:
  pipelines:
    metrics: {receivers: [hostmetrics], processors: ${list}, exporters: [debug]}
`;

/** Five Collectors on one host cannot all listen for a scraper on the port that is the default. */
const LOCAL = 'service: {telemetry: {metrics: {readers: []}}}\n';

describeWithCollector('the flow gate', () => {
  test('a configuration that drops all data is halted at its first wave and rolled back, with nobody at the keyboard', async () => {
    await using folder = await temporaryFolder('flow-gate');
    await using server = await startServer({ dataDir: join(folder.path, 'data') });
    const { api } = server;
    const names = Array.from({ length: AGENTS }, (_, at) => `edge-${at}`);
    const local = join(folder.path, 'local.yaml');
    writeFileSync(local, LOCAL);
    const agents = Object.fromEntries(
      names.map((name) => [name, { executable: COLLECTOR, config_files: [local] }]),
    );
    writeFileSync(
      join(folder.path, 'supervisor.yaml'),
      JSON.stringify({ server: { endpoint: server.opampUrl }, agents }),
    );
    const supervisor = new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
      cwd: folder.path,
    });
    try {
      await eventually('all are connected', async () => (await api.stats()).state.connected === AGENTS);
      await api.putConfig('edge', { body: config('{}', '[]') });
      const first = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
      await eventually(
        'the good one runs',
        async () => (await api.getRollout(first.id)).state === 'succeeded',
      );
      const taken = async () => {
        const text = await (await fetch(`${server.httpUrl}/metrics`)).text();
        return Number(/drover_own_metrics_requests_total\{outcome="taken"\} (\d+)/.exec(text)?.[1] ?? 0);
      };
      // A probe and enough exports of each to know what flows; each sends one in ten seconds.
      await eventually('their own metrics arrive', async () => (await taken()) >= 4 * AGENTS);

      const dropping = '{filter/all: {metrics: {metric: [\'name != ""\']}}}';
      await api.putConfig('edge', { body: config(dropping, '[filter/all]') });
      const { id } = await api.createRollout({
        target: { kind: 'config', name: 'edge' },
        selector: '',
        strategy: {
          kind: 'waves',
          waves: [{ count: 1 }],
          gates: { soakSeconds: 25, flow: {} },
          onFailure: 'rollback',
        },
      });
      await eventually('it is rolled back', async () => (await api.getRollout(id)).state === 'rolled_back');
      const { waves } = await api.getRollout(id);
      const verdict = waves[0]?.gates.find(({ gate }) => gate === 'flow');
      expect(verdict, JSON.stringify(waves[0])).toMatchObject({
        passed: false,
        figures: { agents: 1, sent: 0 },
      });
      expect(Number(verdict?.figures.sentBefore)).toBeGreaterThan(1);
      expect(verdict?.text).toContain('of the previous rate');
      expect(waves[0]?.gates).toContainEqual(expect.objectContaining({ gate: 'health', passed: true }));
      await eventually('nobody but the first was given it', async () => {
        const { counts } = await api.getRollout(id);
        return counts.matched - counts.skipped === 1;
      });
      expect(waves[1]?.startedAt).toBeNull();
      await eventually('all run the first revision again', async () => {
        const { items } = await api.listAgents({ limit: 10, sync: ['in_sync'] });
        return (
          items.length === AGENTS &&
          items.every(({ remoteConfig }) => remoteConfig.configs[0]?.revision === 1)
        );
      });
    } finally {
      await supervisor.end('SIGTERM');
    }
    expect(await processesWith(join(folder.path, 'storage'))).toEqual([]);
  });
});
