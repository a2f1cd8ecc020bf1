import { expect, test } from 'vitest';
import { restartDelayMs } from './crash-backoff.ts';

test('waits double with each failure in a row, up to five minutes', () => {
  expect([1, 2, 3, 4, 20].map((failures) => restartDelayMs(failures, 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 300_000,
  ]);
});

test('chance takes off at most half', () => {
  expect(restartDelayMs(3, 0)).toBe(2_000);
});

test('a program that exits at once is started at most twelve times in ten minutes', () => {
  let elapsedMs = 0;
  let starts = 0;
  for (; elapsedMs < 600_000; starts++) elapsedMs += restartDelayMs(starts + 1, 0);
  expect(starts).toBeLessThanOrEqual(12);
});
