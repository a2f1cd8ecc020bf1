import { expect, test } from 'vitest';
import { WriteTurns } from './write-turns.ts';

/** A write that ends when it is told to. */
function write(name: string, log: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    log.push(name);
    await promise;
  };
  return { run, end: resolve, fail: reject };
}
const passed = () => new Promise((resolve) => setImmediate(resolve));

test('what is written behind gives way to what somebody waits for', async () => {
  const turns = new WriteTurns();
  const log: string[] = [];
  const first = write('first', log);
  const second = write('second', log);
  const behind = write('behind', log);
  const ends = [turns.awaited(first.run), turns.behind(behind.run), turns.awaited(second.run)];
  first.end();
  await ends[0];
  await passed();
  expect(log).toEqual(['first', 'second']);
  second.end();
  await ends[2];
  await passed();
  expect(log).toEqual(['first', 'second', 'behind']);
  behind.end();
  await ends[1];
});

test('one is written behind at a time, and one that fails holds nobody up', async () => {
  const turns = new WriteTurns();
  const log: string[] = [];
  const first = write('first', log);
  const second = write('second', log);
  const ends = [turns.behind(first.run), turns.behind(second.run)];
  await passed();
  expect(log).toEqual(['first']);
  first.fail(new Error('disk full'));
  await expect(ends[0]).rejects.toThrow('disk full');
  await passed();
  expect(log).toEqual(['first', 'second']);
  second.end();
  await ends[1];
});

test('what is written behind has its turn also where somebody always waits', async () => {
  const turns = new WriteTurns();
  const log: string[] = [];
  const endless = write('endless', log);
  const ends = turns.awaited(endless.run);
  await turns.behind(async () => void log.push('behind'));
  expect(log).toEqual(['endless', 'behind']);
  endless.end();
  await ends;
});
