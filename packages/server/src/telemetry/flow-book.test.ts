import { expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { FlowBook, type FlowPoint } from './flow-book.ts';

const point = (change: Partial<FlowPoint> = {}): FlowPoint => ({
  accepted: 0,
  refused: 0,
  sent: 0,
  failed: 0,
  isDelta: false,
  queuePercent: null,
  memoryBytes: null,
  ...change,
});

test('totals become rates over the window, summed over agents', async () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  for (let second = 0; second <= 60; second += 10) {
    book.add('a', point({ accepted: second * 5, sent: second * 4, memoryBytes: 100, queuePercent: second }));
    book.add('b', point({ accepted: second, sent: second, memoryBytes: 50, queuePercent: 1 }));
    clock.advance(10_000);
  }
  expect(await book.sums(['a', 'b', 'silent'], 60_000)).toEqual({
    agents: 2,
    late: 0,
    accepted: 6,
    refused: 0,
    sent: 5,
    failed: 0,
    queuePercent: 60,
    memoryBytes: 150,
  });
});

test('a process that starts anew counts from nothing, and never backwards', async () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  book.add('a', point({ sent: 1000 }));
  clock.advance(10_000);
  book.add('a', point({ sent: 1100 }));
  clock.advance(10_000);
  book.add('a', point({ sent: 20 }));
  expect((await book.sums(['a'], 60_000)).sent).toBe(6);
});

test('exports of differences are added up', async () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  for (let at = 0; at < 4; at += 1) {
    book.add('a', point({ sent: 50, isDelta: true }));
    clock.advance(10_000);
  }
  expect((await book.sums(['a'], 60_000)).sent).toBe(5);
});

test('one that fell silent, or was forgotten, is not counted', async () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  for (const sent of [0, 10]) {
    book.add('a', point({ sent }));
    clock.advance(10_000);
  }
  expect((await book.sums(['a'], 30_000)).agents).toBe(1);
  clock.advance(60_000);
  expect((await book.sums(['a'], 30_000)).agents).toBe(0);
  book.forget('a');
  expect(book.size).toBe(0);
});

test('an agent that sends by a token of its own is spoken of by nobody else, until it has been silent for long', async () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  expect(book.add('a', point({ sent: 5 }))).toBe('kept');
  clock.advance(10_000);
  // What was said before it is no beginning to count from.
  expect(book.add('a', point({ sent: 100 }), true)).toBe('kept');
  clock.advance(10_000);
  expect(book.add('a', point({ sent: 9000 }))).toBe('unproved');
  expect(book.add('a', point({ sent: 200 }), true)).toBe('kept');
  expect(await book.sums(['a'], 60_000)).toMatchObject({ agents: 1, sent: 10 });
  clock.advance(10 * 60_000);
  expect(book.add('a', point({ sent: 9000 }))).toBe('kept');
});

test('an agent that exports again at once is not worth to be read', () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  expect(book.isTooSoon('a')).toBe(false);
  book.add('a', point(), true);
  expect(book.isTooSoon('a')).toBe(true);
  clock.advance(500);
  expect(book.isTooSoon('a')).toBe(false);
});

test('an agent that exports less often than the window is long is late, not silent, until it is overdue', async () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  for (let minute = 0; minute < 3; minute += 1) {
    book.add('slow', point({ sent: minute * 600 }));
    clock.advance(60_000);
  }
  expect(await book.sums(['slow'], 60_000)).toMatchObject({ agents: 0, late: 1 });
  book.add('slow', point({ sent: 1800 }));
  clock.advance(1);
  expect(await book.sums(['slow'], 60_000)).toMatchObject({ agents: 1, late: 0, sent: 10 });
  clock.advance(120_001);
  expect(await book.sums(['slow'], 60_000)).toMatchObject({ agents: 0, late: 0 });
});

test('of one agent the rates over its last minute are known from its second export on', () => {
  const clock = new FakeClock();
  const book = new FlowBook(clock);
  expect(book.of('a')).toBeUndefined();
  book.add('a', point({ sent: 5, memoryBytes: 7, queuePercent: 1 }), true);
  expect(book.of('a')).toMatchObject({ seconds: null, sent: null, memoryBytes: 7, queuePercent: 1 });
  for (let second = 10; second <= 100; second += 10) {
    clock.advance(10_000);
    book.add('a', point({ sent: 5 + second * 3, failed: second }), true);
  }
  const last = clock.now();
  clock.advance(3_600_000);
  expect(book.of('a')).toMatchObject({ atMs: last, seconds: 60, sent: 3, failed: 1, byOwnToken: true });
});
