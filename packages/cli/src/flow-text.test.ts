import type { AgentFlow } from '@drover/api';
import { expect, test } from 'vitest';
import { flowText } from './flow-text.ts';

const FLOW: AgentFlow = {
  at: '2026-01-01T00:00:00.000Z',
  seconds: 60,
  accepted: 12.345,
  sent: 12,
  refused: 0,
  failed: 0.25,
  queuePercent: 5.4,
  memoryBytes: 100 * 1024 * 1024,
  byOwnToken: true,
  offer: { state: 'applied', error: '' },
};
const NOW_MS = Date.parse('2026-01-01T00:00:05.000Z');

test('what flows is said with rates, queue and memory', () => {
  const text = flowText(FLOW, NOW_MS);
  expect(text).toMatch(/Accepted: +12\.3\d\/s\n/);
  expect(text).toMatch(/Failed to send: +0\.25\/s\n/);
  expect(text).toMatch(/Fullest queue: +5 % full\n/);
  expect(text).toMatch(/Memory: +100 MiB\n/);
  expect(text).toMatch(/Last export: +5\s?s ago\n/);
});

test('what is not known is said so, or left out', () => {
  const once = { ...FLOW, seconds: null, accepted: null, sent: null, refused: null, failed: null };
  const text = flowText({ ...once, queuePercent: null, memoryBytes: null }, NOW_MS);
  expect(text).toMatch(/Sent: +after its next export\n/);
  expect(text).not.toMatch(/queue|Memory|Over/);
  expect(flowText({ ...once, at: null }, NOW_MS)).toContain('judge it by health alone');
});
