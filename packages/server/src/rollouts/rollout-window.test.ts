import type { RolloutWindow } from '@drover/api';
import { expect, test } from 'vitest';
import { isWindowOpen, windowOpensAtMs } from './rollout-window.ts';

const at = (text: string): number => Date.parse(text);
const night: RolloutWindow = { timezone: 'Europe/Berlin', days: ['sat'], from: '22:00', to: '04:00' };

test.each([
  // Saturday, 6 June 2026; Berlin is two hours ahead.
  ['2026-06-06T19:59:00Z', false],
  ['2026-06-06T20:00:00Z', true],
  ['2026-06-07T01:59:00Z', true],
  ['2026-06-07T02:00:00Z', false],
  ['2026-06-07T21:00:00Z', false],
])('a window over midnight belongs to the day on which it opens: %s', (time, isOpen) => {
  expect(isWindowOpen(night, at(time))).toBe(isOpen);
});

test('it says when it opens next, also over a week and a change of clocks', () => {
  expect(windowOpensAtMs(night, at('2026-06-07T02:00:30Z'))).toBe(at('2026-06-13T20:00:00Z'));
  expect(windowOpensAtMs(night, at('2026-06-06T21:00:30Z'))).toBe(at('2026-06-06T21:00:30Z'));
  // Clocks go back on 25 October 2026: Berlin is one hour ahead from then on.
  expect(windowOpensAtMs(night, at('2026-10-25T12:00:00Z'))).toBe(at('2026-10-31T21:00:00Z'));
});

test('a window within a day is open on each day where none is named', () => {
  const noon: RolloutWindow = { timezone: 'UTC', from: '12:00', to: '13:30' };
  expect(isWindowOpen(noon, at('2026-01-01T13:29:59Z'))).toBe(true);
  expect(isWindowOpen(noon, at('2026-01-01T13:30:00Z'))).toBe(false);
  expect(windowOpensAtMs(noon, at('2026-01-01T13:30:00Z'))).toBe(at('2026-01-02T12:00:00Z'));
});

test('a window of one moment to the same moment is always open on its days', () => {
  const whole: RolloutWindow = { timezone: 'UTC', from: '00:00', to: '00:00' };
  expect(isWindowOpen(whole, at('2026-01-01T00:00:00Z'))).toBe(true);
  expect(isWindowOpen(whole, at('2026-01-01T23:59:59Z'))).toBe(true);
});
