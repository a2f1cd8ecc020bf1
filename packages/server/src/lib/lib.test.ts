import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from './clock.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { sha256OfFields } from './hash.ts';
import { createIds } from './ids.ts';
import { decodeCursor, encodeCursor, parseSort } from './page.ts';
import { FixedWindowRate } from './rate.ts';
import { Secret } from './secret.ts';
import { SlotSet } from './slot-set.ts';
import { WriteBehind } from './write-behind.ts';

test('ids sort by the time of their making, also within a millisecond', () => {
  const clock = new FakeClock();
  const ids = createIds(clock);
  const made = Array.from({ length: 50 }, (_, at) => {
    if (at % 7 === 0) clock.advance(1);
    return ids.next();
  });
  expect(made).toEqual(made.toSorted());
  expect(new Set(made).size).toBe(50);
  expect(made[0]).toMatch(/^[0-9a-z]{26}$/);
});

test('durations are read as they are written', () => {
  fc.assert(fc.property(fc.nat(), (ms) => parseDuration(formatDuration(ms)) === ms));
  expect(parseDuration('1h30m')).toBe(5_400_000);
  for (const text of ['', '5', '5x', 's', '1h 2m', '-1s', '1h!']) expect(parseDuration(text)).toBeUndefined();
});

test('a secret prints as a mask wherever it goes', () => {
  const secret = new Secret('hunter2');
  for (const text of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)]) {
    expect(text).not.toContain('hunter2');
  }
  expect(secret.reveal()).toBe('hunter2');
});

test('fields that are cut elsewhere have another hash', () => {
  expect(sha256OfFields(['a', 'bc'])).not.toBe(sha256OfFields(['ab', 'c']));
  expect(sha256OfFields(['ä'])).toBe(sha256OfFields([Buffer.from('ä')]));
});

test('a rate allows its number in each window', () => {
  const rate = new FixedWindowRate(3);
  expect([rate.take(2, 0), rate.take(2, 10), rate.take(1, 999)]).toEqual([2, 1, 0]);
  expect(rate.waitMs(999)).toBe(1);
  expect(rate.take(5, 1000)).toBe(3);
  const slow = new FixedWindowRate(0.5);
  expect([slow.take(1, 0), slow.take(1, 1999), slow.take(1, 2000)]).toEqual([1, 0, 1]);
});

test('a slot set is a set of numbers', () => {
  const slots = fc.array(fc.nat(99));
  fc.assert(
    fc.property(slots, slots, (left, right) => {
      const of = (numbers: readonly number[]) => new SlotSet(100).addAll(numbers);
      const all = (set: SlotSet) => {
        const numbers: number[] = [];
        set.forEach((slot) => {
          numbers.push(slot);
        });
        return new Set(numbers);
      };
      expect(all(of(left))).toEqual(new Set(left));
      expect(of(left).count()).toBe(new Set(left).size);
      expect(all(of(left).keep(of(right)))).toEqual(new Set(left.filter((slot) => right.includes(slot))));
      expect(all(of(left).drop(of(right)))).toEqual(new Set(left.filter((slot) => !right.includes(slot))));
    }),
  );
});

describe('a cursor', () => {
  test('is read as it was made', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer())), (parts) => {
        expect(decodeCursor(encodeCursor(parts), parts.length)).toEqual(parts);
      }),
    );
  });

  test('of anybody else is refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, 7)).toThrow('is not a cursor');
      }),
    );
    expect(() => parseSort('size', ['name'], { field: 'name', descending: false })).toThrow('one of name');
  });
});

describe('writes behind', () => {
  function setUp(write: () => Promise<void>, maxDelayMs?: number) {
    const clock = new FakeClock();
    const failures: unknown[] = [];
    const limit = maxDelayMs === undefined ? {} : { maxDelayMs };
    const options = { clock, delayMs: 100, ...limit, maxWaiting: 30, retryMs: 1000, write };
    return {
      clock,
      failures,
      behind: new WriteBehind({ ...options, failed: (error) => failures.push(error) }),
    };
  }

  function counted(maxDelayMs?: number) {
    const writes = { count: 0 };
    const parts = setUp(async () => {
      writes.count += 1;
    }, maxDelayMs);
    return { ...parts, writes };
  }

  test('follow the first mark after the delay', () => {
    const { clock, behind, writes } = counted();
    behind.mark();
    clock.advance(60);
    behind.mark();
    clock.advance(39);
    expect(writes.count).toBe(0);
    clock.advance(1);
    expect(writes.count).toBe(1);
  });

  test('follow many marks at once', () => {
    const { behind, writes } = counted();
    for (let at = 0; at < 29; at += 1) behind.mark();
    expect(writes.count).toBe(0);
    behind.mark();
    expect(writes.count).toBe(1);
  });

  test('wait for the end of a burst, but not for ever', async () => {
    const { clock, behind, writes } = counted(500);
    behind.mark();
    clock.advance(90);
    behind.mark();
    clock.advance(99);
    expect(writes.count).toBe(0);
    clock.advance(1);
    expect(writes.count).toBe(1);
    await behind.flush();
    for (let at = 0; at < 9; at += 1) {
      behind.mark();
      clock.advance(55);
    }
    expect(writes.count).toBe(1);
    behind.mark();
    clock.advance(5);
    expect(writes.count).toBe(2);
  });

  test('do not wait for a clock that is set back', () => {
    let nowMs = 1_000_000;
    let due: () => void = () => {};
    const after = (_ms: number, run: () => void) => {
      due = run;
      return { cancel: () => {} };
    };
    let writes = 0;
    const write = async () => {
      writes += 1;
    };
    const clock = { now: () => nowMs, after, every: after };
    const limits = { delayMs: 100, maxDelayMs: 500, maxWaiting: 30, retryMs: 1000 };
    const behind = new WriteBehind({ ...limits, clock, write, failed: () => {} });
    behind.mark();
    nowMs -= 900_000;
    due();
    expect(writes).toBe(1);
  });

  test('are done when flush resolves, also those marked during a write', async () => {
    let waiting = 0;
    let written = 0;
    const { behind } = setUp(async () => {
      const taken = waiting;
      waiting = 0;
      await Promise.resolve();
      written += taken;
    });
    const mark = () => {
      waiting += 1;
      behind.mark();
    };
    for (let at = 0; at < 3; at += 1) mark();
    mark();
    await behind.flush();
    expect(written).toBe(4);
  });

  test('that fail are tried again, and flush says so', async () => {
    let isAway = true;
    const { clock, behind, failures } = setUp(() =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(),
    );
    behind.mark();
    await expect(behind.flush()).rejects.toThrow('away');
    expect(failures).toHaveLength(1);
    isAway = false;
    clock.advance(1000);
    await behind.flush();
    expect(failures).toHaveLength(1);
  });
});
