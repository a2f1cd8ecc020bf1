import { join } from 'node:path';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cli, cliIn } from './support/cli.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually } from './support/process.ts';

const AGENTS = 3;
const BODY = `exporters: {otlp: {endpoint: "gw:4317"}}
receivers: {otlp: {protocols: {grpc: {}}}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningServer;
let cli: Cli;
const agents: OpampClient[] = [];

/** It runs something else than it is given until it is asked to restart. */
function startAgent(url: string): OpampClient {
  let isSetRight = false;
  const running = () => (isSetRight ? BODY : BODY.replace('gw:', 'elsewhere:'));
  const client = createOpampClient({
    url,
    stateStore: memoryStateStore(),
    description: { identifying: { 'service.name': 'gateway' } },
    capabilities: [
      'ReportsStatus',
      'AcceptsRemoteConfig',
      'ReportsRemoteConfig',
      'ReportsEffectiveConfig',
      'AcceptsRestartCommand',
    ],
    effectiveConfig: () => new Map([['', { body: Buffer.from(running()), contentType: 'text/yaml' }]]),
    onRemoteConfig: ({ hash }) => {
      client.setRemoteConfigStatus({ hash, status: 'applied' });
      client.effectiveConfigChanged();
    },
    onRestartCommand: () => {
      isSetRight = true;
      client.effectiveConfigChanged();
    },
  });
  client.start();
  return client;
}

const drifted = async () => (await server.api.stats()).drift.drifted;

beforeAll(async () => {
  folder = await temporaryFolder('cli-reassert');
  cli = cliIn(folder.path);
  server = await startServer({ dataDir: join(folder.path, 'data') });
  for (let number = 0; number < AGENTS; number += 1) agents.push(startAgent(server.opampUrl));
  await server.api.putConfig('edge', { body: BODY });
  await server.api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
  await eventually('they drift', async () => (await drifted()) === AGENTS);
  expect((await cli.run('login', '--url', server.httpUrl, '--data-dir', 'data')).code).toBe(0);
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test('many agents are re-asserted one after the other, which is shown and can be stopped', async () => {
  const wrong = await cli.run('agents', 'reassert', '--selector', '', '--per-second', '0');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('number above 0')]);
  const slow = await cli.run('agents', 'reassert', '--selector', '', '--per-second', '0.01', '--yes');
  expect(slow.code, slow.stderr).toBe(0);
  expect(slow.stdout).toContain('1 of 3 agents offered once more, the others within 200 s');
  const id = /stop-reassert (\S+?)"/.exec(slow.stdout)?.[1] ?? '';
  expect((await cli.run('agents', 'reasserts')).stdout).toMatch(new RegExp(`${id} +running +1 of 3`));
  expect((await cli.run('agents', 'stop-reassert', id)).stdout).toContain('stopped');
  const gone = await cli.run('agents', 'stop-reassert', 'nowhere');
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('reassert_run_not_found')]);
  await eventually('one was set right', async () => (await drifted()) === AGENTS - 1);

  await expect(server.api.reassertAgents({ selector: '', atMost: 1 })).rejects.toMatchObject({
    problem: { code: 'selection_grown' },
  });
  const rest = await cli.run('agents', 'reassert', '--selector', '', '--yes');
  expect(rest.stdout).toBe('2 agents offered once more\n');
  await eventually('none drifts', async () => (await drifted()) === 0);
  expect((await cli.run('agents', 'reassert', '--selector', '', '--yes')).stdout).toBe('0 agents changed\n');
});
