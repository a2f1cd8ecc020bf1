import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { healthPoll, type ProbeResult, probedHealth } from './health-poll.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const WELL: ProbeResult = { kind: 'answer', health: probedHealth({ healthy: true, status: 'StatusOK' }) };
const UNWELL: ProbeResult = { kind: 'answer', health: probedHealth({ healthy: false, status: 'no' }) };
const SILENT: ProbeResult = { kind: 'silent', message: 'nobody there' };

function polled(results: readonly ProbeResult[]) {
  const seen: string[] = [];
  let asked = 0;
  const poll = healthPoll({
    probe: async () => results[Math.min(asked++, results.length - 1)] ?? SILENT,
    observer: {
      onHealth: ({ healthy }) => seen.push(healthy ? 'well' : 'unwell'),
      onLink: (isUp) => seen.push(isUp ? 'up' : 'down'),
    },
    intervalMs: 5_000,
  });
  return {
    poll,
    seen,
    get asked() {
      return asked;
    },
  };
}

test('one that starts is asked often, one that is well at its interval', async () => {
  const it = polled([SILENT, SILENT, WELL]);
  it.poll.begin();
  await vi.advanceTimersByTimeAsync(250);
  expect([it.asked, it.seen]).toEqual([3, ['up', 'well']]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(it.asked).toBe(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(it.asked).toBe(4);
  it.poll.end();
});

test('one that falls silent is not linked any more, and is asked each second until it answers', async () => {
  const it = polled([WELL, SILENT, SILENT, UNWELL]);
  it.poll.begin();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(it.seen).toEqual(['up', 'well', 'down']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(it.seen).toEqual(['up', 'well', 'down', 'up', 'unwell']);
  it.poll.end();
});

test('what was asked before the end is not believed', async () => {
  let answer = (_result: ProbeResult) => {};
  const seen: string[] = [];
  const poll = healthPoll({
    probe: () => new Promise((resolve) => (answer = resolve)),
    observer: {
      onHealth: () => seen.push('health'),
      onLink: () => seen.push('link'),
    },
    intervalMs: 1_000,
  });
  poll.begin();
  poll.end();
  answer(WELL);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toEqual([]);
});

test('one that never answers is not asked ten times a second for ever', async () => {
  const it = polled([SILENT]);
  it.poll.begin();
  await vi.advanceTimersByTimeAsync(70_000);
  expect(it.asked).toBeLessThan(175);
  expect(it.seen).toEqual([]);
  it.poll.end();
});

test('a question that cannot be put is an answer that did not come', async () => {
  const seen: string[] = [];
  let asked = 0;
  const poll = healthPoll({
    probe: async () => {
      asked++;
      if (asked === 1) throw new TypeError('Invalid URL');
      return WELL;
    },
    observer: { onHealth: () => seen.push('health'), onLink: () => seen.push('link') },
    intervalMs: 1_000,
  });
  poll.begin();
  await vi.advanceTimersByTimeAsync(200);
  expect(seen).toEqual(['link', 'health']);
  poll.end();
});
