import { spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, readFileSync, statSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, IDLE, idleWith } from './support/supervised.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const GROUP = 65_533;

/** A folder that anybody can go through, with the Collector in it: its own place may be one that only root can reach. */
async function openBench(
  agent: Readonly<Record<string, unknown>>,
): Promise<Bench & { readonly program: string }> {
  const made = await bench({ agent: { executable: './otelcol', ...agent } });
  await chmod(made.folder, 0o711);
  const program = join(made.folder, 'otelcol');
  try {
    linkSync(COLLECTOR, program);
  } catch {
    copyFileSync(COLLECTOR, program);
  }
  return Object.assign(made, { program });
}

function statusOf(pid: number, field: string): string {
  return (
    new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
  );
}

/** True where that user can read the file. */
function canRead(file: string): boolean {
  return spawnSync('/bin/cat', [file], { uid: NOBODY, gid: GROUP }).status === 0;
}

const modeOf = (file: string) => (statSync(file).mode & 0o7777).toString(8);

describeWithCollector('an agent with a user of its own', () => {
  describe.skipIf(!isRoot)(isRoot ? 'under a supervisor of root' : '(skipped: not root)', () => {
    test('runs as that user in one group, and reads its configuration and nothing else of the supervisor', async () => {
      await using it = await openBench({ run_as: { user: NOBODY, group: GROUP } });
      const supervisor = it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const pid = await it.collector();
      expect(statusOf(pid, 'Uid')).toBe(Array(4).fill(NOBODY).join('\t'));
      expect(statusOf(pid, 'Gid')).toBe(Array(4).fill(GROUP).join('\t'));
      expect(statusOf(pid, 'Groups').trim()).toBe('');
      const inStorage = (name: string) => join(it.storage, name);
      expect(canRead(inStorage('effective.yaml'))).toBe(true);
      for (const name of ['state.json', 'process.json', 'agent.log', 'supervisor.lock'])
        expect([name, canRead(inStorage(name))]).toEqual([name, false]);
      expect([modeOf(it.storage), modeOf(inStorage('effective.yaml'))]).toEqual(['710', '640']);
      expect(supervisor.stderr).not.toContain('runs as root');
    });

    test('has its configurations validated with no more rights than it has itself', async () => {
      await using it = await openBench({ run_as: { user: NOBODY, group: GROUP } });
      it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const pid = await it.collector();
      const secret = join(it.folder, 'secret.yaml');
      await writeFile(secret, '{nop: }\n', { mode: 0o600 });
      it.server.offer(IDLE.replace('{nop: }', `\${file:${secret}}`));
      const agent = await it.server.until('failed', ({ config }) => config?.status === 'FAILED');
      expect(agent.config?.errorMessage).toContain('permission denied');
      expect(await it.collector()).toBe(pid);
    });

    test('is applied new configurations, and adopted', async () => {
      await using it = await openBench({ run_as: { user: NOBODY, group: GROUP } });
      const first = it.start();
      await it.server.until('healthy', ({ health }) => health?.healthy === true);
      const hash = it.server.offer(idleWith('second'));
      await it.server.until('applied', ({ config }) => config?.status === 'APPLIED' && config.hash === hash);
      const pid = await it.collector();
      await first.end('SIGKILL');
      const second = it.start();
      await second.until('adopted', ({ stderr }) => stderr.includes('running agent adopted') || undefined);
      expect(await it.collector()).toBe(pid);
    });

    test('that runs as root is told of', async () => {
      await using it = await bench();
      const supervisor = it.start();
      await supervisor.until('warned', ({ stderr }) => stderr.includes('runs as root') || undefined);
    });
  });

  test('that this host does not know is an error in the settings', async () => {
    await using it = await bench({ agent: { run_as: { user: 'drover-no-such-user' } } });
    const supervisor = it.start();
    await eventually('it has ended', () => supervisor.hasExited);
    expect(supervisor.child.exitCode).toBe(2);
    expect(supervisor.stderr).toContain('agent.run_as.user: there is no user drover-no-such-user');
  });
});

describeWithCollector('an agent with limits', () => {
  test('may open so many files, and is told its memory', async () => {
    await using it = await bench({ agent: { limits: { open_files: 777, memory: '900MiB' } } });
    const supervisor = it.start();
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    const pid = await it.collector();
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max open files\s+777\s+777\s/m);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')).toContain(
      `GOMEMLIMIT=${Math.round(0.8 * 900 * 2 ** 20)}`,
    );
    expect(supervisor.stderr).toContain('"limit":"open_files"');
  });

  test('that needs more memory is killed by the kernel, which its supervisor outlives and reports', async ({
    skip,
  }) => {
    await using it = await bench({ agent: { limits: { memory: '5MiB' } } });
    const supervisor = it.start();
    const held = await supervisor.until('the limit is held', ({ stderr }) =>
      stderr.split('\n').find((line) => line.includes('"limit":"memory"')),
    );
    if (!held.includes('"by":"control group"')) skip('no control group for memory may be made here');
    const agent = await it.server.until(
      'the reason is reported',
      ({ health }) => health?.lastError.includes('needed more memory than its limit of 5 MiB') === true,
    );
    expect(agent.isConnected).toBe(true);
    expect(supervisor.hasExited).toBe(false);
  });
});
