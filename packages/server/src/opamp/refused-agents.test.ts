import { newInstanceUid } from '@drover/opamp';
import { expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { RefusedAgents } from './refused-agents.ts';

test('a refusal is news once an hour for each agent and reason', () => {
  const clock = new FakeClock();
  const refused = new RefusedAgents(clock);
  const [one, two] = [newInstanceUid(), newInstanceUid()];
  const told = () => [refused.isNews(one, 'revoked'), refused.isNews(two, 'revoked')];
  expect(told()).toEqual([true, true]);
  expect(told()).toEqual([false, false]);
  expect(refused.isNews(one, 'another reason')).toBe(true);
  clock.advance(3_600_000);
  expect(told()).toEqual([true, true]);
});
