import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './support/drover.ts';
import { eventually, processesWith, ROOT } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { bench, IDLE } from './support/supervised.ts';

/** Nothing of this environment, a path to Node.js among it. */
const BARE = { PATH: '/nowhere', HOME: '/' };

describeWithCollector('the single executable', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let program = '';
  beforeAll(async () => {
    folder = await temporaryFolder('executable');
    const built = spawnSync('npm', ['run', '--silent', 'build:supervisor', '--', join(folder.path, 'out')], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(`it cannot be built: ${built.stdout}${built.stderr}`);
    program = join(folder.path, 'out/drover-supervisor');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const run = (cwd: string, ...args: string[]) =>
    spawnSync(program, args, { cwd, env: BARE, encoding: 'utf8' });

  test('says its version without Node.js on the path', () => {
    const manifest = JSON.parse(readFileSync(`${ROOT}packages/supervisor/package.json`, 'utf8'));
    expect(run('/', '--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(JSON.parse(run('/', 'version', '-o', 'json').stdout)).toEqual({
      version: manifest.version,
      node: process.versions.node,
      platform: process.platform,
      arch: process.arch,
    });
    expect(run('/', 'restart').status).toBe(2);
  });

  test('is started by the same Node.js flags as the launcher', () => {
    const flagsIn = (file: string) => {
      const source = readFileSync(`${ROOT}packages/supervisor/${file}`, 'utf8');
      return [...source.matchAll(/'(--[^']+)'/g)].map(([, flag]) => flag);
    };
    expect(flagsIn('bin/drover-supervisor.js')).toHaveLength(6);
    expect(flagsIn('scripts/bundle.ts')).toEqual(flagsIn('bin/drover-supervisor.js'));
  });

  test('brings the licences of all that is in it', () => {
    const notices = readFileSync(join(folder.path, 'out/THIRD-PARTY-NOTICES'), 'utf8');
    for (const title of [
      `Node.js ${process.versions.node}`,
      'ws 8.',
      'yaml 2.',
      'zod 4.',
      '@bufbuild/protobuf 2.',
    ])
      expect(notices).toMatch(new RegExp(`^${title.replaceAll('.', '\\.')}`, 'm'));
    expect(notices).toContain('Copyright Node.js contributors');
    expect(readFileSync(join(folder.path, 'out/LICENSE'), 'utf8')).toContain('Apache License');
  });

  test('validates, and supervises a Collector', async () => {
    await using it = await bench({ local: IDLE });
    expect(run(it.folder, 'validate')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('agent: valid'),
    });
    writeFileSync(join(it.folder, 'broken.yaml'), 'server: {endpoint: "tcp://x"}\nagent: {executable: /x}\n');
    expect(run(it.folder, 'validate', '--config', 'broken.yaml').status).toBe(2);

    const supervisor = spawn(program, [], { cwd: it.folder, env: BARE, stdio: 'ignore' });
    const ended = once(supervisor, 'exit');
    try {
      const { uid } = await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const pid = await it.collector();
      const status = run(it.folder, 'status', '-o', 'json');
      expect(JSON.parse(status.stdout).agents).toMatchObject([{ instanceUid: uid, pid, state: 'running' }]);
    } finally {
      supervisor.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    await eventually('the Collector is gone', async () => (await processesWith(it.storage)).length === 0);
    expect(existsSync(join(it.storage, 'supervisor.sock'))).toBe(false);
  });
});
