import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';
import { parseRetryAfter, retryInfoMs } from './retry-after.ts';

const always = (value: number) => () => value;

test('waits grow to the maximum, with jitter over the whole of it', () => {
  const long = new Backoff(1_000, 30_000, always(0.999999));
  const waits = Array.from({ length: 8 }, () => long.afterFailure());
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  const short = new Backoff(1_000, 30_000, always(0));
  expect(Array.from({ length: 3 }, () => short.afterFailure())).toEqual([1, 1, 1]);
});

test('a link that is lost is tried at once, but not again within half a minute', () => {
  const backoff = new Backoff(1_000, 30_000, always(0.999999));
  expect(backoff.afterLoss(0, 60_000, false)).toBe(0);
  expect(backoff.afterLoss(1_000, 500, false)).toBe(1_000);
  expect(backoff.afterLoss(2_000, 500, false)).toBe(2_000);
  expect(backoff.afterLoss(40_000, 500, false)).toBe(0);
});

test('a server that accepts and then drops does not end the series of failures', () => {
  const backoff = new Backoff(1_000, 30_000, always(0.999999));
  backoff.afterLoss(0, 10, false);
  for (const wait of [1_000, 2_000, 4_000]) expect(backoff.afterLoss(100, 10, false)).toBe(wait);
  expect(backoff.afterLoss(200, 20_000, false)).toBe(1_000);
});

test('nobody returns at once to a server that said that it goes', () => {
  expect(new Backoff(1_000, 30_000, always(0.5)).afterLoss(0, 60_000, true)).toBe(501);
});

test.each([
  ['3', 3_000],
  [' 3 ', 3_000],
  ['0', 0],
  ['99999999999', 86_400_000],
  ['Wed, 21 Oct 2015 07:28:10 GMT', 10_000],
  ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %s is %s ms', (header, ms) => {
  expect(parseRetryAfter(header, Date.parse('Wed, 21 Oct 2015 07:28:00 GMT'))).toBe(ms);
});

test('nanoseconds beyond what a number holds are a long wait and no more', () => {
  expect(retryInfoMs(2_000_000_000n)).toBe(2_000);
  expect(retryInfoMs(2n ** 64n - 1n)).toBe(86_400_000);
});
