import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cli, cliIn } from './support/cli.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program, ROOT } from './support/process.ts';

const AGENTS = 30;
const BODY = `receivers: {nop: }
exporters: {nop: }
service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningServer;
let simulator: Program;

let cli: Cli;
const drover = (...args: string[]) => cli.run(...args);
const json = <T>(...args: string[]) => cli.json<T>(...args);
const file = (name: string, text: string) => cli.file(name, text);

beforeAll(async () => {
  folder = await temporaryFolder('cli');
  cli = cliIn(folder.path);
  server = await startServer({ dataDir: join(folder.path, 'data') });
  simulator = new Program('drover-sim', 'packages/simulator/bin/drover-sim.js', {
    args: [
      '-n',
      String(AGENTS),
      '--url',
      server.opampUrl,
      '--fail-rate',
      '0',
      '--apply-delay',
      '200ms',
      '--http',
      '0',
      '--health-interval',
      '0',
    ],
  });
  await eventually(
    'the fleet is connected',
    async () => (await server.api.stats()).state.connected === AGENTS,
  );
  const login = await drover('login', '--url', server.httpUrl, '--data-dir', 'data');
  expect(login.code, login.stderr).toBe(0);
});

afterAll(async () => {
  await simulator?.end();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test('login refuses a wrong token and keeps the right one', async () => {
  const refused = await drover('login', '--url', server.httpUrl, '--token', 'wrong');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('unauthenticated');
  expect((await drover('agents', 'list')).code).toBe(0);
});

test('agents are listed, paged, selected, and found by the beginning of their uid', async () => {
  interface List {
    items: { instanceUid: string; osType: string }[];
    total: number;
    nextCursor: string | null;
  }
  const table = await drover('agents', 'list', '--limit', '3');
  expect(table.stdout.trim().split('\n')).toHaveLength(4);
  expect(table.stdout).toMatch(/^UID +NAME/);
  expect(table.stderr).toContain(`3 of ${AGENTS} agents`);

  const all = await json<List>('agents', 'list', '--all');
  expect(all).toMatchObject({ total: AGENTS, nextCursor: null });
  const linux = await json<List>('agents', 'list', '-l', 'os.type=linux', '--all');
  expect(linux.items.map(({ osType }) => osType)).toEqual(linux.items.map(() => 'linux'));
  expect(linux.total).toBeLessThan(AGENTS);

  const uid = all.items[0]?.instanceUid ?? '';
  expect(await json('agents', 'get', uid.slice(0, 18))).toMatchObject({ instanceUid: uid });
  const ambiguous = await drover('agents', 'get', uid.slice(0, 4));
  expect(ambiguous.code).toBe(1);
  expect(ambiguous.stderr).toContain('give more of the uid');
});

test('a selector that does not parse is wrong usage, with its place', async () => {
  const { code, stderr } = await drover('agents', 'list', '-l', 'os.type in (');
  expect(code).toBe(2);
  expect(stderr).toMatch(/line 1, column \d+/);
});

test('labels are set and removed', async () => {
  const uid = (await drover('agents', 'list', '-o', 'name', '--limit', '1')).stdout.trim();
  expect((await drover('agents', 'label', uid, 'ring=canary', 'team=a')).code).toBe(0);
  expect((await drover('agents', 'label', uid, 'team-')).stdout).toContain('ring=canary');
  expect((await drover('agents', 'list', '-l', 'ring=canary', '-o', 'name')).stdout.trim()).toBe(uid);
});

test('a broken file is refused with line and column, and nothing is applied', async () => {
  const good = file('good.yaml', BODY);
  const bad = file('bad.yaml', BODY.replace('exporters: [nop]', 'exporters: [nope]'));
  const refused = await drover('configs', 'apply', '-f', good, '-f', bad);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/bad\.yaml:3:\d+: error: .*nope/);
  expect((await drover('configs', 'list', '-o', 'name')).stdout).toBe('');
});

test('a configuration is applied, compared, and rolled out to its end', async () => {
  file('edge.yaml', BODY);
  expect((await drover('configs', 'apply', '-f', 'edge.yaml')).stdout).toBe('edge: revision 1 created\n');
  expect((await drover('configs', 'apply', '-f', 'edge.yaml')).stdout).toBe('edge: unchanged (revision 1)\n');
  file('edge.yaml', `${BODY}# second\n`);
  expect((await drover('configs', 'diff', '-f', 'edge.yaml', 'edge')).stdout).toContain('+# second');
  expect((await drover('configs', 'apply', '-f', 'edge.yaml')).stdout).toBe('edge: revision 2 created\n');
  expect((await drover('configs', 'get', 'edge', '--revision', '1')).stdout).toBe(BODY);

  const create = ['rollouts', 'create', '--config', 'edge', '--selector', ''];
  const preview = await drover(...create, '--preview');
  expect(preview.stdout).toContain(`Would change:   ${AGENTS} agents`);
  const unasked = await drover(...create);
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain('--yes');
  expect((await drover('rollouts', 'list', '-o', 'name')).stdout).toBe('');

  const watched = await drover(...create, '--yes', '--watch');
  expect(watched.code, watched.stderr).toBe(0);
  expect(watched.stdout).toContain(`succeeded  ${AGENTS} of ${AGENTS} applied`);
  const uid = (await drover('agents', 'list', '-o', 'name', '--limit', '1')).stdout.trim();
  await eventually('the agent runs it', async () => {
    return (await drover('agents', 'get', uid, '--effective')).stdout === `${BODY}# second\n`;
  });
  expect((await drover('configs', 'delete', 'edge', '--yes')).code).toBe(1);
});

test('Ctrl-C ends the watching, not the rollout', async () => {
  file('slow.yaml', `${BODY}# slow\n`);
  await drover('configs', 'apply', '-f', 'slow.yaml');
  const created = [
    'rollouts',
    'create',
    '--config',
    'slow',
    '--selector',
    '',
    '--rate',
    '0.1',
    '--yes',
    '-o',
    'name',
  ];
  const id = (await drover(...created)).stdout.trim();
  const watch = new Program('drover', 'packages/cli/bin/drover.js', {
    args: ['rollouts', 'watch', id],
    env: cli.environment,
  });
  await watch.until('the first line', ({ stdout }) => stdout.includes(id));
  expect(await watch.end('SIGINT')).toBe(130);
  expect(watch.stderr).toContain('the rollout goes on');
  expect(await json('rollouts', 'get', id)).toMatchObject({ state: 'running' });
  expect((await drover('rollouts', 'abort', id)).code).toBe(0);
  expect((await drover('rollouts', 'watch', id)).code).toBe(1);
});

test('tokens are made, listed without their secret, and deleted', async () => {
  const { stdout, stderr } = await drover('tokens', 'create', 'edge-sites', '--expires', '30d');
  expect(stderr).toContain('shown this once');
  const list = await drover('tokens', 'list', '-o', 'json');
  expect(list.stdout).toContain('edge-sites');
  expect(list.stdout).not.toContain(stdout.trim());
  expect((await drover('tokens', 'delete', 'edge-sites')).code).toBe(2);
  expect((await drover('tokens', 'delete', 'edge-sites', '--yes')).code).toBe(0);
});

test('a reader that goes away early is no error', async () => {
  const shell = spawn(
    'bash',
    [
      '-o',
      'pipefail',
      '-c',
      `"${process.execPath}" "${ROOT}packages/cli/bin/drover.js" agents list --all -o json | head -1`,
    ],
    { env: cli.environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(shell, 'close');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('agents are counted in groups', async () => {
  const groups = await json<{ items: { value: string; agents: number; selector: string }[] }>(
    'agents',
    'groups',
    '--by',
    'os.type',
    '--state',
    'connected',
  );
  expect(groups.items.reduce((sum, { agents }) => sum + agents, 0)).toBe(AGENTS);
  const [first] = groups.items;
  const listed = await json<{ total: number }>('agents', 'list', '-l', first?.selector ?? '');
  expect(listed.total).toBe(first?.agents);
  const wrong = await drover('agents', 'groups', '--by', 'a=b');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('"a=b" is not a key');
});

test('a folder is planned, applied and planned again, and what is exported says the same', async () => {
  const put = (name: string, text: string) => {
    mkdirSync(join(folder.path, 'fleet', 'configs'), { recursive: true });
    writeFileSync(join(folder.path, 'fleet', name), text);
  };
  put('configs/git-base.yaml', BODY);
  put('configs/git-site.yaml', 'exporters: {nop/site: }\n');
  put(
    'drover.yaml',
    'configs: {git-base: {description: of all}}\nassignments:\n  - {selector: "os.type=linux", configs: [git-base]}\n  - {selector: "os.type=windows", configs: [git-base, git-site], strategy: {kind: waves, waves: [{count: 1}]}}\n',
  );
  const planned = await drover('plan', '-f', 'fleet');
  expect(planned.code, planned.stderr).toBe(3);
  expect(planned.stdout).toContain('+ config git-base: a new configuration');
  expect(planned.stdout).toMatch(/\+ os\.type=windows run git-base \+ git-site: a rollout to \d+ agent/);
  const applied = await drover('apply', '-f', 'fleet', '-y', '-m', 'first', '--watch');
  expect(applied.code, applied.stderr).toBe(0);
  const [revision] = (await server.api.listRevisions('git-base')).items;
  expect(revision).toMatchObject({ message: 'first', number: 1 });
  const again = await drover('plan', '-f', 'fleet');
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('  config git-base: unchanged')]);
  expect((await drover('apply', '-f', 'fleet', '-y')).stdout).toBe('Nothing to change.\n');

  put('configs/git-base.yaml', BODY.replace('exporters: {nop: }', 'exporters: {nop: , nop/more: }'));
  const changed = await drover('plan', '-f', 'fleet');
  expect(changed.code).toBe(3);
  expect(changed.stdout).toContain('+exporters: {nop: , nop/more: }');
  expect(changed.stdout.match(/^~ /gm)).toHaveLength(3);
  expect((await drover('apply', '-f', 'fleet', '-y', '--watch')).code).toBe(0);

  const exported = await drover('export', 'copy');
  expect(exported.code, exported.stderr).toBe(0);
  expect(readFileSync(join(folder.path, 'copy/configs/git-base.yaml'), 'utf8')).toContain('nop/more');
  const [agent] = (await server.api.listAgents({ config: 'git-site', limit: 1 })).items;
  expect(
    readFileSync(join(folder.path, 'copy/agents', agent?.instanceUid ?? '', 'agent.yaml'), 'utf8'),
  ).toContain('git-site');
  const same = await drover('plan', '-f', 'copy');
  expect([same.code, same.stdout.match(/^[+~] /gm)]).toEqual([0, null]);
});

test('one layer is exchanged wherever it is part of a stack, and exported as that', async () => {
  file('git-base.yaml', BODY.replace('exporters: {nop: }', 'exporters: {nop: , nop/third: }'));
  expect((await drover('configs', 'apply', '-f', 'git-base.yaml')).code).toBe(0);
  const create = ['rollouts', 'create', '--layer', 'git-base', '--selector', ''];
  const preview = await drover(...create, '--preview');
  expect(preview.stdout).toMatch(/git-base@2, git-site@1, then git-base@3, git-site@1: \d+ agent/);
  const watched = await drover(...create, '--yes', '--watch', '-m', 'a third exporter');
  expect(watched.code, watched.stderr).toBe(0);
  const [rollout] = (await server.api.listRollouts({ config: 'git-base' })).items;
  expect(rollout).toMatchObject({ message: 'a third exporter', target: { replaces: 'layer' } });
  expect(
    (await server.api.listAgents({ config: 'git-site', limit: 1 })).items[0]?.remoteConfig.configs,
  ).toEqual([
    { name: 'git-base', revision: 3 },
    { name: 'git-site', revision: 1 },
  ]);
  expect((await drover('export', 'layers')).code).toBe(0);
  expect(readFileSync(join(folder.path, 'layers/drover.yaml'), 'utf8')).toContain('layer: git-base');
  const same = await drover('plan', '-f', 'layers');
  expect([same.code, same.stdout.match(/^[+~] /gm)]).toEqual([0, null]);
  expect((await drover(...create, '--config', 'edge')).code).toBe(2);

  const history = await drover('configs', 'history', 'git-base');
  expect(history.stdout).toMatch(/git-base@3 in place to \(every agent\) .* a third exporter +succeeded/);
  const [agent] = (await server.api.listAgents({ config: 'git-site', limit: 1 })).items;
  const given = await drover('agents', 'history', agent?.instanceUid ?? '');
  expect(given.stdout.split('\n')[1]).toMatch(/git-base@3, git-site@1 +applied +yes .* a third exporter/);
});

test('a folder that is not as it should be is refused with every place that is wrong', async () => {
  mkdirSync(join(folder.path, 'bad', 'configs'), { recursive: true });
  writeFileSync(join(folder.path, 'bad', 'configs', 'ok.yaml'), BODY);
  writeFileSync(
    join(folder.path, 'bad', 'drover.yaml'),
    'configs: {gone: {}}\nassignments: [{selector: 1}, {selector: "", configs: []}, {selector: "", configs: [ok], strategy: {kind: slowly}}]\nmore: 1\n',
  );
  const refused = await drover('plan', '-f', 'bad');
  expect(refused.code).toBe(2);
  for (const words of [
    '"more" is not known',
    'assignments[0].selector',
    'assignments[1].configs',
    'assignments[2]',
  ])
    expect(refused.stderr).toContain(words);
  expect((await drover('plan', '-f', 'nowhere')).stderr).toContain('nowhere is no folder');
});
