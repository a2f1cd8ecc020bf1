import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import {
  type Bench,
  bench,
  changeSettings,
  IDLE,
  listeningOn,
  supervisorCommand,
} from './support/supervised.ts';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly agent: string | null;
  readonly message: string;
  readonly fix: string;
}

async function doctor(it: Bench, uid?: number) {
  const { code, stdout } = await supervisorCommand(it.folder, ['doctor', '-o', 'json'], uid);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  return { code, findings, bad: findings.filter(({ status }) => status === 'broken') };
}

describeWithCollector('the doctor', () => {
  test('finds nothing broken where nothing is, and leaves nothing behind', async () => {
    await using it = await bench();
    const before = readdirSync(it.folder);
    const { code, findings, bad } = await doctor(it);
    expect(bad).toEqual([]);
    expect(code).toBe(0);
    expect(findings.filter(({ check }) => check === 'program')[0]?.message).toMatch(/is otelcol-\w+ \d/);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'server.answer', status: 'ok', agent: null }),
    );
    expect(readdirSync(it.folder)).toEqual(before);
    // The server saw nobody: no agent was made of the question.
    expect(it.server.agents).toEqual([]);
  });

  test('beside a supervisor that runs it changes nothing', async () => {
    await using it = await bench();
    it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    const { code, findings } = await doctor(it);
    expect(code).toBe(0);
    expect(findings.filter(({ check }) => check === 'ports')).toEqual([
      expect.objectContaining({
        status: 'skipped',
        message: `the agent runs as process ${pid} and has its ports`,
      }),
    ]);
    expect(await it.collectors()).toEqual([pid]);
    expect(it.server.agents).toHaveLength(1);
  });

  test('names every broken thing at once, each with what to do', async () => {
    await using it = await bench();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    writeFileSync(join(it.folder, 'effective.yaml'), listeningOn(port));
    writeFileSync(join(it.folder, 'storage'), '');
    changeSettings(it.folder, {
      server: { endpoint: 'wss://no-such-host.invalid/v1/opamp' },
      healthcheck: { endpoint: `127.0.0.1:${port}` },
    });
    const { code, bad } = await doctor(it);
    await new Promise((resolve) => other.close(resolve));
    expect(code).toBe(1);
    expect(bad.map(({ check }) => check)).toEqual(['storage.folder', 'ports', 'ports', 'server.name']);
    for (const { fix } of bad) expect(fix).not.toBe('');
  });

  test('a configuration that the Collector refuses, and a program that is none', async () => {
    await using it = await bench({ local: IDLE.replace('receivers: [nop]', 'receivers: [nix]') });
    const refused = await doctor(it);
    expect(refused.bad).toEqual([
      expect.objectContaining({ check: 'config', agent: 'agent', message: expect.stringContaining('nix') }),
    ]);
    writeFileSync(join(it.folder, 'none'), '#!/bin/sh\necho "not a Collector"\nexit 3\n', { mode: 0o755 });
    changeSettings(it.folder, { agent: { executable: './none' } });
    expect((await doctor(it)).bad).toEqual([
      expect.objectContaining({ check: 'program', message: expect.stringContaining('not a Collector') }),
    ]);
  });

  test('wrong settings, with exit code 2 and in words', async () => {
    await using it = await bench();
    changeSettings(it.folder, { colour: 'red' });
    const { code, stdout } = await supervisorCommand(it.folder, ['doctor']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^broken +settings +\(top level\): unknown key colour$/m);
    expect(stdout).toMatch(/^ +-> correct supervisor.yaml/m);
    expect(stdout).toContain('1 broken, 0 warnings, 0 ok');
  });

  test.runIf(process.getuid?.() === 0)('a storage folder of another user', async () => {
    await using it = await bench();
    const NOBODY = 65_534;
    mkdirSync(it.storage, { mode: 0o700 });
    for (const path of [it.folder, join(it.folder, 'supervisor.yaml'), join(it.folder, 'effective.yaml')])
      chmodSync(path, path === it.folder ? 0o755 : 0o644);
    writeFileSync(join(it.folder, 'otelcol'), `#!/bin/sh\nexec ${COLLECTOR} "$@"\n`, { mode: 0o755 });
    changeSettings(it.folder, { agent: { executable: './otelcol' } });
    const of = async () =>
      (await doctor(it, NOBODY)).findings.filter(({ check }) => check === 'storage.folder');
    expect(await of()).toEqual([
      expect.objectContaining({
        status: 'broken',
        message: expect.stringContaining(
          'cannot be read and written by this user (uid 65534; it belongs to uid 0)',
        ),
        fix: expect.stringContaining('chown'),
      }),
    ]);
    chownSync(it.storage, NOBODY, NOBODY);
    expect(await of()).toEqual([expect.objectContaining({ status: 'ok' })]);
    changeSettings(it.folder, { storage: { directory: './closed/storage' } });
    mkdirSync(join(it.folder, 'closed'), { mode: 0o755 });
    expect(await of()).toEqual([
      expect.objectContaining({
        status: 'broken',
        message: expect.stringContaining('this user cannot make it in'),
      }),
    ]);
  });
});
