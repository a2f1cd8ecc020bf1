import { availableParallelism } from 'node:os';
import { onPath } from '../lib/run.ts';
import { say } from './say.ts';

const taskset = availableParallelism() >= 2 ? onPath(['taskset']) : undefined;

/** A core for itself, or whatever the system gives beside the others. */
export type Core = 0 | 1 | 'any';

/** The command line that keeps a program on one core, or the command itself where that cannot be. */
export function pinned(core: Core, command: string, args: readonly string[]): [string, string[]] {
  return taskset === undefined || core === 'any'
    ? [command, [...args]]
    : [taskset, ['-c', String(core), command, ...args]];
}

export function sayHowPinned(core: Core = 0): void {
  say(
    core === 'any'
      ? 'server and load share all cores'
      : taskset === undefined
        ? 'no taskset or one core only: server and load share what there is, the figures say little'
        : 'server on core 0, load on core 1',
  );
}
