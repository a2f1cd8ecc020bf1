import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

function work() {
  let finish = (_error?: Error) => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = (error) => (error === undefined ? resolve() : reject(error));
  });
  return { done, finish };
}

test('no more than so many at once, in the order in which they came, also when one fails', async () => {
  const turns = new Turns(2);
  const pieces = [work(), work(), work(), work()];
  const begun: number[] = [];
  const results = pieces.map((piece, index) =>
    turns.run(() => {
      begun.push(index);
      return piece.done;
    }),
  );
  const settled = Promise.allSettled(results);
  expect(begun).toEqual([0, 1]);
  pieces[1]?.finish(new Error('refused'));
  await expect(results[1]).rejects.toThrow('refused');
  expect(begun).toEqual([0, 1, 2]);
  for (const piece of pieces) piece.finish();
  await settled;
  expect(begun).toEqual([0, 1, 2, 3]);
  const late = turns.run(async () => 'at once');
  await expect(late).resolves.toBe('at once');
});
