import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program } from './support/process.ts';

const AGENTS = 200;

const BODY = `receivers: {nop: }
exporters: {nop: }
service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}
`;

test('a server killed with -9 in the middle of a rollout completes it after a restart and has lost nothing it acknowledged', async () => {
  await using folder = await temporaryFolder('crash');
  const dataDir = join(folder.path, 'data');
  const first = await startServer({ dataDir });
  const ports = { opampListen: new URL(first.opampUrl).host, httpListen: new URL(first.httpUrl).host };
  await using simulator = new Program('drover-sim', 'packages/simulator/bin/drover-sim.js', {
    args: [
      '--agents',
      String(AGENTS),
      '--url',
      first.opampUrl,
      '--seed',
      '7',
      '--fail-rate',
      '0',
      '--heartbeat',
      '2s',
    ],
  });
  await eventually(
    'the fleet is connected',
    async () => (await first.api.stats()).state.connected === AGENTS,
  );

  const { instanceUid } = (await first.api.listAgents({ limit: 1 })).items[0] ?? { instanceUid: '' };
  await first.api.patchAgent(instanceUid, { labels: { kept: 'yes' } });
  const token = await first.api.createEnrolmentToken({ name: 'kept' });
  const acknowledged: string[] = [];
  for (let index = 0; index < 20; index++) {
    const { revision } = await first.api.putConfig('crash', { body: `# ${index}\n${BODY}` });
    acknowledged.push(revision.hash);
  }
  const rollout = await first.api.createRollout({
    target: { kind: 'config', name: 'crash' },
    selector: '',
    strategy: { kind: 'all', maxAgentsPerSecond: 50 },
  });
  await eventually('it is in the middle', async () => {
    const { counts } = await first.api.getRollout(rollout.id);
    return counts.applied > 0 && counts.pending > 0;
  });
  const last = first.api.putConfig('crash', { body: `# last\n${BODY}` });
  acknowledged.push((await last).revision.hash);
  await first.program.end('SIGKILL');

  await using second = await startServer({ dataDir, ...ports });
  const revisions = await second.api.listRevisions('crash', { limit: 500 });
  expect(revisions.items.map(({ hash }) => hash).sort()).toEqual(acknowledged.sort());
  expect((await second.api.getAgent(instanceUid)).labels).toEqual({ kept: 'yes' });
  expect((await second.api.listEnrolmentTokens()).items.map(({ id }) => id)).toEqual([token.id]);
  const done = await eventually('the rollout succeeded', async () => {
    const now = await second.api.getRollout(rollout.id);
    return now.state === 'succeeded' ? now : undefined;
  });
  expect(done.counts).toMatchObject({ matched: AGENTS, applied: AGENTS, failed: 0, pending: 0, offered: 0 });
  const stats = await eventually('everybody is back', async () => {
    const now = await second.api.stats();
    return now.state.connected === AGENTS ? now : undefined;
  });
  expect(stats.sync.in_sync).toBe(AGENTS);
  expect(simulator.hasExited).toBe(false);
});
