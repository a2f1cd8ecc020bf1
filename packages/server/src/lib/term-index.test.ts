import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlotSet } from './slot-set.ts';
import { TermIndex } from './term-index.ts';

const SIZE = 4096;

function slotsOf(fill: (set: SlotSet) => void): number[] {
  const set = new SlotSet(SIZE);
  fill(set);
  const slots: number[] = [];
  set.forEach((slot) => {
    slots.push(slot);
  });
  return slots;
}

describe('an inverted index', () => {
  test('has the slots that a plain map would have, for one, few and many of them', () => {
    const term = fc.constantFrom('few', 'many', 'all');
    // Runs of slots make terms dense enough to be kept as bits, single ones leave them sparse.
    const change = fc.record({
      isAdd: fc.boolean(),
      term,
      from: fc.nat(SIZE - 300),
      count: fc.constantFrom(1, 2, 70, 299),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const index = new TermIndex();
        const expected = new Map<string, Set<number>>();
        for (const { isAdd, term: value, from, count } of changes) {
          const slots = expected.get(value) ?? new Set();
          expected.set(value, slots);
          for (let slot = from; slot < from + count; slot += 1) {
            if (isAdd) {
              index.add('key', value, slot);
              slots.add(slot);
            } else {
              index.remove('key', value, slot);
              slots.delete(slot);
            }
          }
        }
        const left = [...expected].filter(([, slots]) => slots.size > 0);
        const sorted = (slots: Iterable<number>) => [...slots].sort((a, b) => a - b);
        for (const [value, slots] of left) {
          expect(index.count('key', value)).toBe(slots.size);
          expect(slotsOf((set) => index.addTo(set, 'key', value))).toEqual(sorted(slots));
        }
        const any = new Set(left.flatMap(([, slots]) => [...slots]));
        expect(slotsOf((set) => index.addAnyTo(set, 'key'))).toEqual(sorted(any));
        expect(new Map(index.counts('key'))).toEqual(
          new Map(left.map(([value, slots]) => [value, slots.size])),
        );
        const low = new SlotSet(SIZE).addAll(Array.from({ length: SIZE / 2 }, (_, slot) => slot));
        const below = left.map(
          ([value, slots]) => [value, sorted(slots).filter((slot) => low.has(slot))] as const,
        );
        expect(new Map(index.countsWithin('key', low))).toEqual(
          new Map(below.flatMap(([value, slots]) => (slots.length > 0 ? [[value, slots.length]] : []))),
        );
      }),
    );
  });

  test('knows nothing of terms that nobody has', () => {
    const index = new TermIndex();
    index.add('key', 'value', 3);
    index.remove('key', 'value', 4);
    expect(index.count('key', 'value')).toBe(1);
    index.remove('key', 'value', 3);
    expect(index.count('key', 'value')).toBe(0);
    expect(slotsOf((set) => index.addAnyTo(set, 'key'))).toEqual([]);
  });
});
