import { ROLLOUT_AGENT_STATES, ROLLOUT_STATES, type RolloutAgentState } from '@drover/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InstanceUid } from '../agents/agent.ts';
import { afterVerdict, isOpen, type Verdict } from './member.ts';
import { afterAction, afterVerdicts, isHandingOut, ROLLOUT_ACTIONS, type Rollout } from './rollout.ts';
import { firstProgress, released } from './rollout-progress.ts';
import { Tally } from './tally.ts';

const running: Rollout = {
  id: 'r',
  kind: 'config',
  target: { hash: 'ab' },
  selector: '',
  strategy: { kind: 'all' },
  state: 'running',
  isStanding: true,
  createdAtMs: 1,
  createdBy: 'ann',
  message: '',
  updatedAtMs: 1,
  endedAtMs: null,
  progress: released(firstProgress({ kind: 'all' }, { cuts: [] }), 0, 1),
};

type Step = { readonly act: (typeof ROLLOUT_ACTIONS)[number] } | { readonly failed: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...ROLLOUT_ACTIONS).map((act) => ({ act })),
  fc.nat(2).map((failed) => ({ failed })),
);

function afterStep(rollout: Rollout, next: Step, nowMs: number): Rollout {
  if ('failed' in next) return afterVerdicts(rollout, next.failed, nowMs);
  const outcome = afterAction(rollout, next.act, 'ann', nowMs);
  return outcome.kind === 'ok' ? outcome.rollout : rollout;
}

describe('a rollout', () => {
  test('in whatever order things happen keeps to its rules', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let rollout = running;
        let wasRolledBack = false;
        steps.forEach((next, at) => {
          const before = rollout;
          rollout = afterStep(rollout, next, at + 2);
          expect(ROLLOUT_STATES).toContain(rollout.state);
          const isOpenState = rollout.state === 'running' || rollout.state === 'paused';
          expect(rollout.endedAtMs === null).toBe(isOpenState);
          expect(rollout.isStanding).toBe(isOpenState || rollout.state === 'succeeded');
          const isReopened = before.state === 'failed' && rollout.state === 'running';
          if (before.endedAtMs !== null && !isReopened) expect(rollout.endedAtMs).toBe(before.endedAtMs);
          if (wasRolledBack) expect(rollout.state).toBe('rolled_back');
          wasRolledBack ||= rollout.state === 'rolled_back';
          if (rollout.state === 'aborted' || rollout.state === 'paused')
            expect(isHandingOut(rollout)).toBe(false);
          expect([rollout.target, rollout.selector, rollout.id]).toEqual([running.target, '', 'r']);
        });
      }),
    );
  });

  test('says in which states an action is allowed', () => {
    expect(afterAction(running, 'resume', 'ann', 2)).toEqual({ kind: 'refused', allowedIn: ['paused'] });
  });

  test('fails where one agent failed, else succeeds; paused it does not end', () => {
    expect(afterVerdicts(running, 1, 5)).toMatchObject({ state: 'failed', isStanding: false, endedAtMs: 5 });
    expect(afterVerdicts(running, 0, 5)).toMatchObject({
      state: 'succeeded',
      isStanding: true,
      endedAtMs: 5,
    });
    const paused = { ...running, state: 'paused' } as const;
    expect(afterVerdicts(paused, 0, 5)).toBe(paused);
  });
});

describe('counts', () => {
  const state = fc.option(fc.constantFrom<RolloutAgentState>(...ROLLOUT_AGENT_STATES), { nil: undefined });

  test('always add up to those that matched', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(state, state, fc.nat(3))), (moves) => {
        const tally = new Tally();
        const none = tally.counts();
        for (const [from, to, count] of moves) tally.move(from, to, count);
        const { matched, ...states } = tally.counts();
        expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(matched);
        expect(none.matched).toBe(0);
      }),
    );
  });
});

describe('a member', () => {
  const uid = '01900000-0000-7000-8000-000000000001' as InstanceUid;
  const verdict = fc.oneof(
    fc.constantFrom<Verdict>({ kind: 'silent' }, { kind: 'working' }, { kind: 'applied' }),
    fc.string().map((reason): Verdict => ({ kind: 'failed', reason })),
  );

  test('has the state of the last verdict that was one', () => {
    fc.assert(
      fc.property(fc.array(verdict), (verdicts) => {
        let member = { rolloutId: 'r', uid, state: 'pending', reason: '', changedAtMs: 0 } as Parameters<
          typeof afterVerdict
        >[0];
        for (const each of verdicts) member = afterVerdict(member, each, 1);
        const last = verdicts.findLast(({ kind }) => kind !== 'silent');
        expect(member.state).toBe(
          { silent: 'pending', working: 'offered', applied: 'applied', failed: 'failed' }[
            last?.kind ?? 'silent'
          ],
        );
        expect(isOpen(member)).toBe(member.state === 'pending' || member.state === 'offered');
      }),
    );
  });
});
