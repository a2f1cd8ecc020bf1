import { expect, test } from 'vitest';
import { parseDurationMs } from './duration.ts';

test.each([
  ['500ms', 500],
  ['5s', 5_000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['0', 0],
])('%s is a duration', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['5', '5 s', 's', '', '-1s', '1d', '1s garbage'])('"%s" is none', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});
