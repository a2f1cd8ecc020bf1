import { expect, test } from 'vitest';
import { sortInSlices } from './sort-in-slices.ts';

test.each([0, 1, 2047, 2048, 2049, 10_000])(
  '%i numbers come in order, those that are equal in theirs',
  async (count) => {
    const keys = Array.from({ length: count }, (_, at) => (at * 7919) % 97);
    const sorted = await sortInSlices(count, (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
    const expected = Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
    expect([...sorted]).toEqual(expected);
  },
);

test('others have their turn meanwhile', async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await sortInSlices(200_000, (a, b) => ((a * 7919) % 200_003) - ((b * 7919) % 200_003));
  isDone = true;
  expect(turns).toBeGreaterThan(1);
});
