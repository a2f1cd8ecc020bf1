import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';
import { fullStatePauseMs, judgeSequence, type MessageFacts, nextFullState } from './sequence.ts';

const facts: MessageFacts = {
  isUnknown: false,
  verdict: 'continues',
  carriesAnyPart: false,
  carriesDescription: false,
  carriesAll: false,
  isStart: false,
};

test('numbers follow each other across 32 and 64 bits', () => {
  expect(judgeSequence(0xffffffff, 0, 0, 1)).toBe('continues');
  expect(judgeSequence(0xffffffff, 0, 0, 0)).toBe('gap');
  expect(judgeSequence(0xffffffff, 0xffffffff, 0, 0)).toBe('continues');
  expect(judgeSequence(5, 1, 5, 1)).toBe('repeats');
  expect(judgeSequence(5, 1, 5, 2)).toBe('gap');
});

test('a request is outstanding until any report comes, and heartbeats are none', () => {
  expect(nextFullState('asked', facts)).toBe('asked');
  expect(nextFullState('asked', { ...facts, verdict: 'gap' })).toBe('asked');
  expect(nextFullState('asked', { ...facts, isUnknown: true })).toBe('asked');
  expect(nextFullState('asked', { ...facts, isUnknown: true, carriesAnyPart: true })).toBe('known');
  expect(nextFullState('asked', { ...facts, carriesAnyPart: true, verdict: 'gap' })).toBe('needed');
});

test('a message that carries all makes any state known', () => {
  for (const state of ['known', 'needed', 'asked'] as const) {
    expect(nextFullState(state, { ...facts, verdict: 'gap', carriesAll: true, isUnknown: true })).toBe(
      'known',
    );
  }
});

test('the pause between requests to one agent doubles after the first two', () => {
  expect([0, 1, 2, 3, 4, 30].map(fullStatePauseMs)).toEqual([0, 0, 2_000, 4_000, 8_000, 600_000]);
});

test('a rate limit gives one second’s worth at once, and then as time passes', () => {
  const limit = new RateLimit(2, 0);
  expect([limit.take(0), limit.take(0), limit.take(0)]).toEqual([true, true, false]);
  expect([limit.take(500), limit.take(500)]).toEqual([true, false]);
  expect([limit.take(60_000), limit.take(60_000), limit.take(60_000)]).toEqual([true, true, false]);
});
