import { expect, test } from 'vitest';
import { ServerPace } from './server-pace.ts';

test('a few restarts in a minute are made at once, more only every ten seconds', () => {
  const pace = new ServerPace();
  expect([0, 1_000, 2_000, 3_000, 13_000].map((atMs) => pace.pauseMs(atMs))).toEqual([
    500, 500, 500, 10_000, 10_000,
  ]);
  expect(pace.pauseMs(90_000)).toBe(500);
});

test('who keeps asking for an hour is done at most seven times a minute, and remembered in little', () => {
  const pace = new ServerPace();
  let nowMs = 0;
  let done = 0;
  while (nowMs < 3_600_000) {
    nowMs += pace.pauseMs(nowMs);
    done++;
  }
  expect(done).toBeLessThanOrEqual(60 * 7 + 3);
});
