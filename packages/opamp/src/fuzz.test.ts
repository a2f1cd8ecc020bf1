import { expect, test } from 'vitest';
import { fuzz } from './testing/fuzz.ts';

const SHORT = 20_000;

// The long form: npm run fuzz -w @drover/opamp
test('mutated messages neither break the server nor are read differently by its fast path', () => {
  const outcome = fuzz(SHORT, 20_261_123);
  expect(outcome.failures).toEqual([]);
  expect(outcome.accepted).toBeGreaterThan(SHORT / 20);
  expect(outcome.refused.bad_message).toBeGreaterThan(SHORT / 20);
}, 60_000);
