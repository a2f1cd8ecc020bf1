import { availableParallelism } from 'node:os';
import { onPath } from '../lib/run.ts';
import { say } from './say.ts';

const taskset = availableParallelism() >= 2 ? onPath(['taskset']) : undefined;

/** The command line that keeps a program on one core, or the command itself where that cannot be. */
export function pinned(core: 0 | 1, command: string, args: readonly string[]): [string, string[]] {
  return taskset === undefined ? [command, [...args]] : [taskset, ['-c', String(core), command, ...args]];
}

export function sayHowPinned(): void {
  say(
    taskset === undefined
      ? 'no taskset or one core only: server and load share what there is, the figures say little'
      : 'server on core 0, load on core 1',
  );
}
