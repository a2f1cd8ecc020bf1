import { expect, test } from 'vitest';
import { confinement } from './confinement.ts';
import type { Limits } from './limits.ts';

const NONE: Limits = { memoryBytes: undefined, cpus: undefined, tasks: undefined, openFiles: undefined };

function made(limits: Partial<Limits>, isGo = true) {
  const problems: string[] = [];
  const options = { account: undefined, isGo, storageFolder: '/s', name: 'agent' };
  return {
    problems,
    confinement: confinement({
      ...options,
      limits: { ...NONE, ...limits },
      onProblem: (message) => problems.push(message),
    }),
  };
}

const COMMAND = { executable: '/otelcol', args: ['--config', 'x'], env: { A: '1' } };

test('without limits a program is started as it is, and the host is left alone', () => {
  const { confinement: none, problems } = made({});
  expect(none.confine(COMMAND)).toEqual(COMMAND);
  expect([none.holds, none.isGated, none.outOfMemoryAt()]).toEqual([[], false, undefined]);
  none.admit(process.pid);
  none.release();
  expect(problems).toEqual([]);
});

test.runIf(process.platform === 'linux')('prlimit becomes the program, whose pid is thus the same', () => {
  const { confinement: limited } = made({ openFiles: 100 });
  const { executable, args } = limited.confine(COMMAND);
  expect(executable).toMatch(/\/prlimit$/);
  expect(args).toEqual(['--nofile=100', '--', '/otelcol', '--config', 'x']);
});
