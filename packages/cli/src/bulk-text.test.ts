import { expect, test } from 'vitest';
import { countedSelection, meansMany, remainderText } from './bulk-text.ts';

const result = { matched: 5, changed: 2, unchanged: 1, cannot: [], instanceUids: ['a', 'b'] };

test('any filter means many, also one that is empty', () => {
  expect([meansMany({}), meansMany({ selector: '' }), meansMany({ health: 'unhealthy' })]).toEqual([
    false,
    true,
    true,
  ]);
});

test('those that an act does not change are named with the reason', () => {
  expect(remainderText({ ...result, unchanged: 0 })).toBe('');
  expect(remainderText({ ...result, cannot: [{ reason: 'is not connected', count: 2 }] })).toBe(
    ' (2 cannot: is not connected; 1 stand so already)',
  );
});

test('an act is for those that were counted, by name where all of them are named', () => {
  const selection = { filter: { q: 'web' } };
  expect(countedSelection(selection, result)).toEqual({
    selection: { instanceUids: ['a', 'b'] },
    atMost: 2,
  });
  expect(countedSelection(selection, { ...result, changed: 12_000 })).toEqual({ selection, atMost: 12_000 });
});
