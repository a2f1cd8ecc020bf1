import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adoptAgentProcess, LAUNCH_VARIABLE, launchAgentProcess } from './agent-process.ts';
import { findLeadersByEnvironment, identityOf, isAlive } from './process-identity.ts';

// A process cannot be tested without one: `sh` stands for the agent.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-process-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function launch(script: string, launchId = randomUUID(), admit?: (pid: number) => void) {
  const launched = await launchAgentProcess({
    executable: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env.PATH },
    launchId,
    storageFolder: folder,
    runAs: undefined,
    admit,
    output: openSync(join(folder, 'out'), 'a'),
  });
  if (launched.kind === 'failed') throw new Error(launched.message);
  return launched.process;
}

const output = () => readFileSync(join(folder, 'out'), 'utf8');

async function outputHas(text: string) {
  while (!output().includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function isGone(pid: number) {
  const isAZombie = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.startsWith('Z');
  while (existsSync(`/proc/${pid}`)) {
    try {
      if (isAZombie()) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('output and exit code of a process that ends by itself are known', async () => {
  const agent = await launch('echo hello; exit 7');
  expect(await agent.exited).toEqual({ code: 7, signal: undefined });
  expect(output()).toBe('hello\n');
  expect(isAlive(agent.identity)).toBe(false);
});

test('a program that has to be let in first waits for that, with the pid that it keeps', async () => {
  let admitted = 0;
  const agent = await launch(
    'read -r _ <&3; exec 3<&-; test -e "$DROVER_STORAGE_FOLDER/admitted" && exec sh -c "echo $$"',
    randomUUID(),
    (pid) => {
      admitted = pid;
      writeFileSync(join(folder, 'admitted'), '');
    },
  );
  expect(await agent.exited).toEqual({ code: 0, signal: undefined });
  expect(output()).toBe(`${admitted}\n`);
  expect(agent.identity.pid).toBe(admitted);
});

test('a process is asked to end first', async () => {
  const agent = await launch('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.02; done');
  await outputHas('up');
  expect(await agent.stop(5_000)).toEqual({ code: 0, signal: undefined });
  expect(output()).toContain('bye');
});

test('a process that does not listen is killed, and so are its children', async () => {
  const agent = await launch(
    'trap "" TERM; (trap "" TERM; while :; do sleep 0.02; done) & echo "child $!"; echo up; while :; do sleep 0.02; done',
  );
  await outputHas('up');
  const child = Number(/child (\d+)/.exec(output())?.[1]);
  expect(await agent.stop(50)).toMatchObject({ signal: 'SIGKILL' });
  await isGone(child);
});

test('children that left the group are ended too, whether the process is stopped or dies', async () => {
  const script = 'setsid sh -c "trap \\"\\" TERM; echo child \\$\\$; while :; do sleep 0.02; done" &';
  for (const ends of ['stopped', 'killed'] as const) {
    rmSync(join(folder, 'out'), { force: true });
    const agent = await launch(`${script} echo up; while :; do sleep 0.02; done`);
    await outputHas('child');
    await outputHas('up');
    const child = Number(/child (\d+)/.exec(output())?.[1]);
    if (ends === 'stopped') await agent.stop(5_000);
    else process.kill(agent.identity.pid, 'SIGKILL');
    await agent.exited;
    await isGone(child);
  }
});

test('a process that is held ends in good order all the same', async () => {
  const agent = await launch('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.02; done');
  await outputHas('up');
  process.kill(-agent.identity.pid, 'SIGSTOP');
  expect(await agent.stop(5_000)).toEqual({ code: 0, signal: undefined });
  expect(output()).toContain('bye');
});

test('a zombie does not run, and is not found', async () => {
  // Its parent never asks how it ended.
  const launchId = randomUUID();
  const parent = await launch(
    `env ${LAUNCH_VARIABLE}=${launchId} sh -c 'echo zombie $$' & echo up; exec sleep 60`,
  );
  await outputHas('zombie');
  const pid = Number(/zombie (\d+)/.exec(output())?.[1]);
  await isGone(pid);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  expect(isAlive({ pid, startMark: identityOf(pid).startMark })).toBe(false);
  expect(findLeadersByEnvironment(LAUNCH_VARIABLE, launchId)).toEqual([]);
  await parent.stop(5_000);
});

test('stop is safe twice and after the end', async () => {
  const agent = await launch('exit 0');
  await agent.exited;
  await Promise.all([agent.stop(10), agent.stop(10)]);
});

test('a running process is found by its mark and adopted', async () => {
  const launchId = randomUUID();
  const first = await launch('echo up; while :; do sleep 0.02; done', launchId);
  await outputHas('up');
  expect(findLeadersByEnvironment(LAUNCH_VARIABLE, launchId)).toEqual([first.identity]);
  const adopted = adoptAgentProcess(first.identity);
  expect(adopted.isAdopted).toBe(true);
  await adopted.stop(5_000);
  await first.exited;
  expect(isAlive(first.identity)).toBe(false);
});

test('a program that is missing or may not be run is an outcome, no crash', async () => {
  const missing = await launchAgentProcess({
    executable: join(folder, 'none'),
    args: [],
    env: {},
    launchId: 'x',
    storageFolder: folder,
    runAs: undefined,
    admit: undefined,
    output: openSync(join(folder, 'out'), 'a'),
  });
  expect(missing).toMatchObject({ kind: 'failed', message: expect.stringContaining('does not exist') });
  const forbidden = await launchAgentProcess({
    executable: join(folder, 'out'),
    args: [],
    env: {},
    launchId: 'x',
    storageFolder: folder,
    runAs: undefined,
    admit: undefined,
    output: openSync(join(folder, 'out'), 'a'),
  });
  expect(forbidden).toMatchObject({ kind: 'failed', message: expect.stringContaining('may not be run') });
});
