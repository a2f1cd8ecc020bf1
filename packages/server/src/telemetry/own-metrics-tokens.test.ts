import { newInstanceUid } from '@drover/opamp';
import { expect, test } from 'vitest';
import { OwnMetricsTokens } from './own-metrics-tokens.ts';

const KEY = Buffer.alloc(32, 7);
const tokens = new OwnMetricsTokens(KEY);
const uid = newInstanceUid();

test('a token is of one agent, the same each time and on every node with the key', () => {
  const token = tokens.issue(uid, 5);
  expect(new OwnMetricsTokens(Buffer.from(KEY)).issue(uid, 5)).toBe(token);
  expect(tokens.claimOf(token)).toBe(uid);
  expect(tokens.verify(token, uid, 5)).toBe(true);
  expect(tokens.verify(token, newInstanceUid(), 5)).toBe(false);
});

test('an agent that is let in anew has another one, and so has another installation', () => {
  const token = tokens.issue(uid, 5);
  expect(tokens.verify(token, uid, 6)).toBe(false);
  expect(tokens.verify(token, uid, null)).toBe(false);
  expect(new OwnMetricsTokens(Buffer.alloc(32, 8)).verify(token, uid, 5)).toBe(false);
});

test.each([
  '',
  'drv_metrics_',
  `drv_metrics_${uid}_`,
  `drv_metrics_${uid}_${'A'.repeat(43)}`,
  `drv_metrics_${uid}_${'A'.repeat(44)}`,
  `x${new OwnMetricsTokens(KEY).issue(uid, null)}`,
])('%j is no token of it', (text) => {
  expect(tokens.verify(text, uid, null)).toBe(false);
});
