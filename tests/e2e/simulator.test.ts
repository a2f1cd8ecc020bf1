import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program } from './support/process.ts';

const AGENTS = 60;
const BODY = `receivers: {nop: }
exporters: {nop: }
service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}
`;

function simulate(url: string, ...args: string[]): Program {
  return new Program('drover-sim', 'packages/simulator/bin/drover-sim.js', {
    args: ['--agents', String(AGENTS), '--url', url, '--ramp', '0', '-o', 'json', ...args],
  });
}

test('a fleet over both transports applies and refuses configurations, says goodbye at Ctrl-C, and comes back as itself', async () => {
  await using folder = await temporaryFolder('simulator');
  await using server = await startServer({ dataDir: join(folder.path, 'data') });
  const connected = () =>
    eventually('the fleet is there', async () => (await server.api.stats()).state.connected === AGENTS);

  await using first = simulate(
    server.opampUrl,
    '--http',
    '50%',
    '--heartbeat',
    '1s',
    '--fail-rate',
    '30%',
    '--apply-delay',
    '100ms',
  );
  await connected();
  const agents = (await server.api.listAgents({ limit: 500 })).items;
  expect(new Set(agents.map(({ connection }) => connection.transport)).size).toBe(2);
  expect(new Set(agents.map(({ type }) => type)).size).toBeGreaterThan(2);

  await server.api.putConfig('sim', { body: BODY });
  const { id } = await server.api.createRollout({ target: { kind: 'config', name: 'sim' }, selector: '' });
  const { counts } = await eventually('the rollout ended', async () => {
    const rollout = await server.api.getRollout(id);
    return rollout.state === 'running' ? undefined : rollout;
  });
  expect(counts.failed).toBeGreaterThan(0);
  expect(counts.applied + counts.failed).toBe(AGENTS);

  expect(await first.end('SIGINT')).toBe(0);
  const figures = JSON.parse(first.stdout);
  expect(figures).toMatchObject({
    agents: AGENTS,
    connected: AGENTS,
    everConnected: AGENTS,
    errors: { total: 0 },
  });
  expect(figures.configs).toEqual({ offered: AGENTS, applied: counts.applied, failed: counts.failed });
  expect(figures.messages.sent).toBeGreaterThan(AGENTS * 3);
  await eventually('all said goodbye', async () => (await server.api.stats()).state.connected === 0);

  await using second = simulate(server.opampUrl);
  await connected();
  expect((await server.api.stats()).total).toBe(AGENTS);
  expect(await second.end('SIGTERM')).toBe(0);
});
