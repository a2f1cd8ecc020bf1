import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cli, cliIn } from './support/cli.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program } from './support/process.ts';

const AGENTS = 8;
const BODY = (gateway: string) => `receivers:
  otlp: {protocols: {grpc: {}}}
exporters:
  otlp/gateway:
    endpoint: "${gateway}:4317"
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp/gateway]}}}
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningServer;
let simulator: Program;
let cli: Cli;
/** Of an agent that runs `edge`. */
let uid = '';

beforeAll(async () => {
  folder = await temporaryFolder('cli-search');
  cli = cliIn(folder.path);
  server = await startServer({ dataDir: join(folder.path, 'data') });
  const args = ['-n', String(AGENTS), '--url', server.opampUrl, '--fail-rate', '0', '--http', '0'];
  simulator = new Program('drover-sim', 'packages/simulator/bin/drover-sim.js', {
    args: [...args, '--read-only', '0', '--apply-delay', '50ms', '--health-interval', '0'],
  });
  const { api } = server;
  await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
  await api.putConfig('edge', { body: BODY('old.example') });
  await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
  await eventually('all run it and are searched', async () => {
    const { agents } = await api.search({ q: 'exports:old.example', in: 'effective' });
    return agents?.matched === AGENTS;
  });
  uid = (await api.listAgents({ limit: 1 })).items[0]?.instanceUid ?? '';
  await api.patchAgent(uid, { displayName: 'edge-7', labels: { region: 'eu' } });
  await api.putConfig('edge', { body: BODY('new.example') });
  await api.putConfig('region', {
    body: 'exporters: {otlp/gateway: {endpoint: "${drover:label.region}.gw:4317"}}\n',
  });
  const login = await cli.run('login', '--url', server.httpUrl, '--data-dir', 'data');
  expect(login.code, login.stderr).toBe(0);
});

afterAll(async () => {
  await simulator?.end();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe('drover search', () => {
  test('says which agents still export to an address, with the lines', async () => {
    const found = await cli.run('search', 'exports:old.example');
    expect(found.code, found.stderr).toBe(0);
    expect(found.stdout).toMatch(new RegExp(`effective [0-9a-f]{12}  ${AGENTS} agents: `));
    expect(found.stdout).toContain('endpoint: "old.example:4317"  # exporters::otlp/gateway::endpoint');
    expect(found.stderr).toContain(`${AGENTS} of ${AGENTS} agent(s) run it.`);
    // The newest revision names the other address, and nobody is to run it yet.
    expect(found.stdout).not.toContain('config edge@');
    const all = await cli.run('search', 'exports:old.example', '--in', 'configs', '--all-revisions');
    expect(all.stdout).toContain(`config edge@1  not the newest, ${AGENTS} agents to run it`);
    const names = await cli.run('search', 'new.example', '--in', 'configs', '-o', 'name');
    expect(names.stdout).toBe('edge@2\n');
  });

  test('lists the agents themselves, of a selector alone where there is one', async () => {
    const agents = ['search', 'exports:old.example', '--in', 'effective', '--agents', '--all'];
    expect(await cli.json(...agents)).toMatchObject({ total: AGENTS });
    const one = await cli.run(...agents, '-l', 'region=eu', '-o', 'name');
    expect(one.stdout).toBe(`${uid}\n`);
    const without = await cli.run('search', '--in', 'effective', '--', '-exporter:otlp');
    expect([without.code, without.stdout]).toEqual([0, '']);
    expect(without.stderr).toContain('Nothing found.');
  });

  test('refuses what it cannot search for, and says where it is wrong', async () => {
    const wrong: [args: string[], code: number, words: string][] = [
      [[], 2, "missing required argument 'query'"],
      [[''], 2, 'there is nothing to search for'],
      [['  '], 2, 'there is nothing to search for'],
      [['"open'], 2, 'the quote is not closed'],
      [['exporter:'], 2, 'column'],
      [['otlp', '-l', 'region in ('], 2, 'column'],
      [['otlp', '--in', 'everywhere'], 2, 'everywhere'],
      [['otlp', '--in', 'configs', '--agents'], 2, '--in configs'],
    ];
    for (const [args, code, words] of wrong) {
      const refused = await cli.run('search', ...args);
      expect([refused.code, refused.stdout], args.join(' ')).toEqual([code, '']);
      expect(refused.stderr, args.join(' ')).toContain(words);
    }
  });
});

describe('drover agents would-run', () => {
  test('prints what the agent would run, where each line is from, and what would change', async () => {
    const stack = ['agents', 'would-run', 'edge-7', '--config', 'edge', '--config', 'region'];
    const merged = await cli.run(...stack, '--origin');
    expect(merged.code, merged.stderr).toBe(0);
    expect(merged.stdout).toMatch(/^region@1 +\| +endpoint: .*eu\.gw:4317/m);
    expect(merged.stdout).toMatch(/^edge@2 +\| +receivers:|^edge@2 +\| +otlp:/m);
    const diff = await cli.run(...stack, '--diff');
    expect(diff.stdout).toMatch(/^-.*old\.example:4317/m);
    expect(diff.stdout).toMatch(/^\+.*eu\.gw:4317/m);
    const meaning = await cli.run(...stack, '--meaning');
    expect(meaning.stdout).toContain('otlp/gateway');
    const variables = await cli.run(...stack, '--variables');
    expect(variables.stdout).toBe('region:1 label.region = "eu"\n');
    expect(await cli.json(...stack)).toMatchObject({ cannot: null, instanceUid: uid });
    const same = await cli.run('agents', 'would-run', uid.slice(0, 18), '--config', 'edge@1', '--diff');
    expect([same.code, same.stdout]).toEqual([0, '']);
    expect(same.stderr).toContain('It would run what it is to run now.');
    // Nothing was given to anybody.
    expect((await server.api.listRollouts({ limit: 5 })).total).toBe(1);
  });

  test('ends with 1 and the reason where the agent could not', async () => {
    const others = await server.api.listAgents({ selector: '!region', limit: 1 });
    const other = others.items[0]?.instanceUid ?? '';
    const refused = await cli.run('agents', 'would-run', other, '--config', 'region');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('no label "region"');
  });

  test('refuses agents and configurations that are not there, and wrong usage', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000';
    const wrong: [args: string[], code: number, words: string][] = [
      [['nobody', '--config', 'edge'], 1, 'No agent is named "nobody"'],
      [[nobody, '--config', 'edge'], 1, 'agent_not_found'],
      [['', '--config', 'edge'], 1, 'An empty name names no agent.'],
      [['edge-7', '--config', 'gone'], 1, 'config_not_found'],
      [['edge-7', '--config', 'edge@99'], 1, 'revision_not_found'],
      [['edge-7', '--config', 'edge@x'], 2, 'edge@x'],
      [['edge-7', '--config', ''], 2, '--config'],
      [['edge-7'], 2, '--config'],
      [['--config', 'edge'], 2, "missing required argument 'agent'"],
    ];
    for (const [args, code, words] of wrong) {
      const refused = await cli.run('agents', 'would-run', ...args);
      expect([refused.code, refused.stdout], args.join(' ')).toEqual([code, '']);
      expect(refused.stderr, args.join(' ')).toContain(words);
    }
  });
});

describe('a secret that is gone', () => {
  const create = ['rollouts', 'create', '--config', 'sealed', '--selector', ''];

  test('keeps a configuration from everybody, as preview and rollout say, until it is set again', async () => {
    expect((await cli.runWith('planted-marker', 'secrets', 'set', 'gateway')).code).toBe(0);
    cli.file('sealed.yaml', BODY('${drover:secret.gateway}'));
    const applied = await cli.run('configs', 'apply', '-f', 'sealed.yaml');
    expect(applied.code, applied.stderr).toBe(0);
    expect((await cli.run('secrets', 'delete', 'gateway', '--yes')).code).toBe(0);
    const preview = await cli.run(...create, '--preview');
    expect(preview.stdout).toContain('no secret "gateway"');
    const would = await cli.run('agents', 'would-run', 'edge-7', '--config', 'sealed');
    expect(would.code).toBe(1);
    expect(would.stderr).toContain('no secret "gateway"');
    const id = (await cli.run(...create, '--yes', '-o', 'name')).stdout.trim();
    await eventually('nobody could take it', async () => {
      const { counts } = await server.api.getRollout(id);
      return counts.skipped === AGENTS;
    });
    expect((await cli.run('rollouts', 'agents', id)).stdout).toContain('no secret "gateway"');
    expect((await server.api.getAgent(uid)).remoteConfig).toMatchObject({
      desired: { configs: [{ name: 'edge', revision: 1 }], problem: null },
      inSync: true,
    });
    expect((await cli.runWith('planted-again', 'secrets', 'set', 'gateway')).code).toBe(0);
    await eventually('all run it', async () => (await server.api.getRollout(id)).counts.applied === AGENTS);
  });

  test('that agents need is not deleted', async () => {
    const refused = await cli.run('secrets', 'delete', 'gateway', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('secret_in_use');
    expect((await cli.run('secrets', 'delete', 'nowhere', '--yes')).stderr).toContain('secret_not_found');
  });
});
