import { newInstanceUid } from '@drover/opamp';
import { expect, test } from 'vitest';
import type { AgentState, RemoteConfig } from '../storage/agent-state.ts';
import { decideOffer, planAtStart, planOf } from './offer-decision.ts';

function config(hash: string, text = 'a: 1'): RemoteConfig {
  return {
    hash,
    files: new Map([['main', { body: new TextEncoder().encode(text), contentType: 'text/yaml' }]]),
  };
}

const accepting = { capabilities: ['AcceptsRemoteConfig'], rollsBack: true } as const;
const first: AgentState = {
  instanceUid: newInstanceUid(),
  received: undefined,
  applied: undefined,
  lastGood: undefined,
  failed: [],
};
const applied: AgentState = {
  ...first,
  received: { config: config('aa'), verdict: 'applied', errorMessage: '' },
  applied: config('aa'),
};
const ranAndFailed: AgentState = {
  ...first,
  received: { config: config('bb'), verdict: 'failed', errorMessage: 'it died' },
  lastGood: config('aa'),
  failed: [{ hash: 'bb', errorMessage: 'it died' }],
};

test('something new is applied', () => {
  expect(decideOffer(applied, config('bb'))).toEqual({ kind: 'apply', config: config('bb') });
});

test('what runs is answered without being touched, with or without its content', () => {
  const answer = { kind: 'repeat', verdict: 'applied', errorMessage: '' };
  expect(decideOffer(applied, config('aa'))).toEqual(answer);
  expect(decideOffer(applied, { hash: 'aa', files: undefined })).toEqual(answer);
});

test('what failed while it ran is refused with the reason of then', () => {
  expect(decideOffer(ranAndFailed, config('bb'))).toEqual({
    kind: 'repeat',
    verdict: 'failed',
    errorMessage: 'it died',
  });
});

test('what was refused before it ran is looked at again: nothing is touched by that, and files it needs may be there now', () => {
  const refused: AgentState = { ...ranAndFailed, failed: [] };
  expect(decideOffer(refused, config('bb')).kind).toBe('apply');
});

test('an offer that was interrupted is applied again', () => {
  const applying: AgentState = {
    ...first,
    received: { config: config('aa'), verdict: 'applying', errorMessage: '' },
  };
  expect(decideOffer(applying, config('aa')).kind).toBe('apply');
});

test('an unknown hash without content is refused', () => {
  expect(decideOffer(applied, { hash: 'cc', files: undefined }).kind).toBe('refuse');
});

test('at a start the applied configuration runs, after a failure the last good one', () => {
  expect(planAtStart(first, accepting)).toBeUndefined();
  expect(planAtStart(applied, accepting)).toEqual(config('aa'));
  expect(planAtStart(ranAndFailed, accepting)).toEqual(config('aa'));
});

test('what was applied and not proved yet runs at a start also when a later offer was refused', () => {
  const refusedSince: AgentState = {
    ...applied,
    received: { config: config('bb'), verdict: 'failed', errorMessage: 'not valid' },
  };
  expect(planAtStart(refusedSince, accepting)).toEqual(config('aa'));
});

test('without the capability only the local configuration runs', () => {
  expect(planAtStart(applied, { capabilities: ['ReportsStatus'], rollsBack: true })).toBeUndefined();
});

test('no content means the local configuration', () => {
  expect(planOf({ hash: 'aa', files: new Map() })).toBeUndefined();
  expect(planOf(config('aa', ''))).toBeUndefined();
  expect(planOf(config('aa', 'x: 1'))?.hash).toBe('aa');
});

test('without rollback, what failed while it ran is still in force at a start; what never ran is not', () => {
  const keeping = { ...accepting, rollsBack: false };
  expect(planAtStart(ranAndFailed, keeping)).toEqual(config('bb'));
  expect(planAtStart({ ...ranAndFailed, failed: [] }, keeping)).toEqual(config('aa'));
});

test('what is too large to be kept is refused with its size, and nothing of it is kept', () => {
  const large = config('bb', 'x'.repeat(5_000_000));
  expect(decideOffer(applied, large)).toEqual({
    kind: 'refuse',
    errorMessage: 'the configuration has 5000000 bytes, and more than 4194304 are not taken',
  });
});
