import { expect, test } from 'vitest';
import { type LimitMeans, type Limits, planLimits } from './limits.ts';

const ALL: Limits = { memoryBytes: 512 * 2 ** 20, cpus: 1.5, tasks: 200, openFiles: 4_096 };
const MEANS: LimitMeans = {
  controllers: { kind: 'some', names: new Set(['memory', 'cpu', 'pids']) },
  hasPrlimit: true,
  mostOpenFiles: 20_000,
  hasOwnUser: true,
  isGo: true,
};
const NO_GROUP = { kind: 'none', why: 'not delegated' } as const;

function held(limits: Limits, means: LimitMeans): string[] {
  return planLimits(limits, means).holds.map(
    ({ limit, by, shortfall }) => `${limit} by ${by}${shortfall === undefined ? '' : `: ${shortfall}`}`,
  );
}

test('a control group holds what it can, and prlimit the open files', () => {
  expect(held(ALL, MEANS)).toEqual([
    'memory by control group',
    'cpu by control group',
    'tasks by control group',
    'open_files by prlimit',
  ]);
  const plan = planLimits(ALL, MEANS);
  expect(plan.group).toEqual({ memoryBytes: 512 * 2 ** 20, cpus: 1.5, tasks: 200 });
  expect(plan.prlimit).toEqual(['--nofile=4096']);
  expect(plan.env).toEqual({ GOMEMLIMIT: String(Math.round(0.8 * 512 * 2 ** 20)) });
});

test('without a control group prlimit and the Go runtime hold what they can', () => {
  expect(held(ALL, { ...MEANS, controllers: NO_GROUP })).toEqual([
    'memory by prlimit',
    'cpu by Go runtime: no control group (not delegated): held to 2 by GOMAXPROCS',
    'tasks by prlimit',
    'open_files by prlimit',
  ]);
  const plan = planLimits(ALL, { ...MEANS, controllers: NO_GROUP });
  expect(plan.group).toEqual({});
  expect(plan.prlimit).toEqual([`--data=${512 * 2 ** 20}`, '--nproc=200', '--nofile=4096']);
  expect(plan.env.GOMAXPROCS).toBe('2');
});

test('what nothing can hold is said', () => {
  const means = { ...MEANS, controllers: NO_GROUP, hasPrlimit: false, hasOwnUser: false, isGo: false };
  expect(held(ALL, means)).toEqual([
    'memory by nothing: no control group (not delegated) and no prlimit',
    'cpu by nothing: no control group (not delegated)',
    'tasks by nothing: no control group (not delegated), and prlimit counts for a user of its own alone',
    'open_files by nothing: no prlimit',
  ]);
  // The tasks of a user that others have too would be counted with theirs.
  expect(held(ALL, { ...means, hasPrlimit: true })[2]).toContain('by nothing');
});

test('nobody can allow more open files than he may have himself', () => {
  const plan = planLimits({ ...ALL, openFiles: 1_000_000 }, MEANS);
  expect(plan.prlimit).toEqual(['--nofile=20000']);
  expect(plan.holds.at(-1)?.shortfall).toContain('20000');
});

test('without limits nothing is planned', () => {
  const none = { memoryBytes: undefined, cpus: undefined, tasks: undefined, openFiles: undefined };
  expect(planLimits(none, MEANS)).toEqual({ holds: [], group: {}, prlimit: [], env: {} });
});
