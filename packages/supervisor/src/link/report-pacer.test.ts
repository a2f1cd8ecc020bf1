import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportPacer } from './report-pacer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a burst becomes one report', () => {
  const report = vi.fn();
  const pacer = reportPacer(report);
  for (let change = 0; change < 7; change++) {
    pacer.touch();
    vi.advanceTimersByTime(20);
  }
  vi.advanceTimersByTime(5_000);
  expect(report).toHaveBeenCalledTimes(1);
});

test('changes that never stop are reported every second all the same', () => {
  const report = vi.fn();
  const pacer = reportPacer(report);
  for (let change = 0; change < 31; change++) {
    pacer.touch();
    vi.advanceTimersByTime(100);
  }
  expect(report.mock.calls.length).toBeGreaterThanOrEqual(3);
});

test('what is flushed is not reported again, and nothing comes after the end', () => {
  const report = vi.fn();
  const pacer = reportPacer(report);
  pacer.touch();
  pacer.flush();
  pacer.touch();
  pacer.close();
  vi.advanceTimersByTime(5_000);
  expect(report).toHaveBeenCalledTimes(1);
});
