import { describe, expect, it } from 'vitest';
import { FIRST_FORM, readStrategy, type StrategyForm } from './strategy-form.ts';

const read = (form: Partial<StrategyForm>) => readStrategy({ ...FIRST_FORM, ...form });

describe('how a rollout goes', () => {
  it('to all at once, with or without a rate', () => {
    expect(read({})).toEqual({ kind: 'strategy', strategy: { kind: 'all' } });
    expect(read({ rate: '0.5' })).toEqual({
      kind: 'strategy',
      strategy: { kind: 'all', maxAgentsPerSecond: 0.5 },
    });
  });

  it('to some agents first, and to all others once that is approved', () => {
    expect(read({ kind: 'first' })).toEqual({
      kind: 'strategy',
      strategy: {
        kind: 'waves',
        waves: [{ count: 2, approval: true }],
        gates: { maxFailed: { count: 0 }, soakSeconds: 0 },
        onFailure: 'pause',
      },
    });
    expect(read({ kind: 'first', firstAgents: '0' })).toMatchObject({
      kind: 'wrong',
      reasons: { firstAgents: 'A number of agents, 1 or more' },
    });
  });

  it('in waves, with what may fail, a soak and an approval', () => {
    expect(
      read({ kind: 'waves', waves: ['2', '25 %'], soakMinutes: '1.5', maxFailed: '5%', needsApproval: true }),
    ).toEqual({
      kind: 'strategy',
      strategy: {
        kind: 'waves',
        waves: [
          { count: 2, approval: true },
          { percent: 25, approval: true },
        ],
        gates: { maxFailed: { percent: 5 }, soakSeconds: 90 },
        onFailure: 'pause',
      },
    });
  });

  it('with a wave by a selector, what flows judged, a window and a deadline', () => {
    expect(
      read({
        kind: 'waves',
        waves: ['ring in (canary,early), env=prod', '10%'],
        isFlowJudged: true,
        minSent: '80',
        maxQueue: '',
        deadlineMinutes: '2',
        hasWindow: true,
        timezone: 'Europe/Berlin',
        days: ['sat', 'sun'],
      }),
    ).toEqual({
      kind: 'strategy',
      strategy: {
        kind: 'waves',
        waves: [{ selector: 'ring in (canary,early), env=prod' }, { percent: 10 }],
        gates: {
          maxFailed: { count: 0 },
          soakSeconds: 300,
          flow: { minSentPercent: 80, maxRefusedPercent: 5, maxFailedPercent: 5 },
        },
        onFailure: 'pause',
        applyDeadlineSeconds: 120,
        window: { from: '22:00', to: '04:00', timezone: 'Europe/Berlin', days: ['sat', 'sun'] },
      },
    });
  });

  it('with a window also where it goes to all at once, which is wrong without times', () => {
    const form = { hasWindow: true, timezone: 'UTC' };
    expect(read(form)).toEqual({
      kind: 'strategy',
      strategy: { kind: 'all', window: { from: '22:00', to: '04:00', timezone: 'UTC' } },
    });
    const wrong = read({
      ...form,
      from: '25:00',
      timezone: 'Moon',
      deadlineMinutes: '0',
      isFlowJudged: true,
    });
    expect(wrong.kind === 'wrong' && Object.keys(wrong.reasons).sort()).toEqual([
      'deadlineMinutes',
      'from',
      'timezone',
    ]);
  });

  it('says what is wrong in which field', () => {
    const wrong = read({
      kind: 'waves',
      rate: '-1',
      waves: ['1', 'many', ''],
      soakMinutes: 'long',
      maxFailed: '101%',
    });
    expect(wrong.kind === 'wrong' && Object.keys(wrong.reasons).sort()).toEqual([
      'maxFailed',
      'rate',
      'soakMinutes',
    ]);
    expect(wrong.kind === 'wrong' && wrong.waves.map((reason) => reason !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });
});
