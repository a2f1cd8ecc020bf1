import type { Rollout, RolloutState } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { actsOf, actWords } from './rollout-acts.ts';

function rollout(state: RolloutState, counts: Partial<Rollout['counts']> = {}, isStanding = false): Rollout {
  return {
    id: 'r1',
    state,
    target: { kind: 'config', configs: [{ name: 'edge', revision: 2 }], hash: 'ab', replaces: 'stack' },
    message: '',
    selector: '',
    strategy: { kind: 'all' },
    counts: {
      matched: 0,
      pending: 0,
      offered: 0,
      applied: 0,
      failed: 0,
      skipped: 0,
      superseded: 0,
      ...counts,
    },
    waves: [],
    pausedBecause: null,
    waitsUntil: null,
    createdAt: '2026-01-01T00:00:00Z',
    createdBy: 'admin',
    updatedAt: '2026-01-01T00:00:00Z',
    endedAt: null,
    isStanding,
  };
}

describe('what may be done to a rollout', () => {
  it('running: pause, abort, and roll back once an agent got it', () => {
    expect(actsOf(rollout('running', { pending: 3 }))).toEqual(['pause', 'abort']);
    expect(actsOf(rollout('running', { applied: 1 }))).toEqual(['pause', 'abort', 'rollback']);
  });

  it('a rolled back one is over', () => {
    expect(actsOf(rollout('rolled_back', { applied: 4 }))).toEqual([]);
  });

  it('a succeeded one that stands can be ended', () => {
    expect(actsOf(rollout('succeeded', { applied: 4 }, true))).toEqual(['abort', 'rollback']);
  });
});

describe('the words of an act', () => {
  it('name the numbers', () => {
    const words = actWords('rollback', rollout('failed', { applied: 40, failed: 1, pending: 2 }));
    expect(words.confirm).toBe('Roll back 41 agents');
    expect(words.effects.join(' ')).toContain('2 waiting agents');
  });
});
