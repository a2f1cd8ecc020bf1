import { expect, test } from 'vitest';
import type { InstanceUid } from '../agents/agent.ts';
import { groupReasons, type ReasonCount } from './rollout-reason.ts';

const of = (reason: string, count: number, ...uids: string[]): ReasonCount => ({
  reason,
  count,
  uids: uids as InstanceUid[],
});

test('reasons that differ only in what belongs to one agent are one, in the words of most', () => {
  const groups = groupReasons([
    of('dial tcp 10.0.0.7:4317: connection refused', 1, 'b'),
    of('dial tcp 10.0.0.9:55680: connection refused', 4, 'a', 'c'),
    of('agent 01900000-0000-7000-8000-00000000ffff: deadbeef01 is not known', 1, 'd'),
    of('agent 01900000-0000-7000-8000-000000000001: cafe0002ff is not known', 3, 'e'),
    of('unknown exporter "deadbeef"', 3, 'f'),
    of('unknown exporter "facade"', 2, 'g'),
  ]);
  expect(groups.map(({ reason, agents, variants }) => [reason, agents, variants])).toEqual([
    ['dial tcp 10.0.0.9:55680: connection refused', 5, 2],
    ['agent 01900000-0000-7000-8000-000000000001: cafe0002ff is not known', 4, 2],
    ['unknown exporter "deadbeef"', 3, 1],
    ['unknown exporter "facade"', 2, 1],
  ]);
  expect(groups[0]?.uids).toEqual(['a', 'c', 'b']);
});
