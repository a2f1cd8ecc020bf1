import { expect, test } from 'vitest';
import type { AgentSettings } from '../settings/settings.ts';
import { privilegeNotices, privilegeProblem } from './privileges.ts';

const agent = (name: string, uid?: number) =>
  ({
    name,
    runAs: uid === undefined ? undefined : { uid, gid: uid, name: `user-${uid}`, home: '/' },
  }) as AgentSettings;

test('an agent that runs as root is named, and what to do', () => {
  expect(privilegeNotices([agent('a'), agent('b', 998), agent('c', 0)], 0)).toEqual([
    expect.stringMatching(/^the agent a runs as root.*run_as/),
    expect.stringMatching(/^the agent c runs as root/),
  ]);
  expect(privilegeNotices([agent('a')], 1_000)).toEqual([]);
});

test('only root can run an agent as somebody else', () => {
  expect(privilegeProblem([agent('a'), agent('b', 998)], 0)).toBeUndefined();
  expect(privilegeProblem([agent('a'), agent('b', 1_000)], 1_000)).toBeUndefined();
  expect(privilegeProblem([agent('b', 998)], 1_000)).toContain('the agent b cannot run as user-998');
  expect(privilegeProblem([agent('b', 998)], undefined)).toContain('no such users');
});
