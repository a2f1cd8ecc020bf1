import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SortedTexts } from './sorted-texts.ts';

describe('texts in order', () => {
  test('are found by how they start, without regard to case, whatever came and went meanwhile', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'Ä', '-'), maxLength: 4 });
    const change = fc.record({ text, isAdd: fc.boolean(), prefix: fc.option(text, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(text), fc.array(change), (first, changes) => {
        const all = new Set(first);
        const sorted = new SortedTexts(
          () => all,
          (each) => all.has(each),
        );
        for (const { text: each, isAdd, prefix } of changes) {
          if (isAdd) all.add(each);
          else all.delete(each);
          sorted.change(each);
          if (prefix === undefined) continue;
          const expected = [...all].filter((one) => one.toLowerCase().startsWith(prefix.toLowerCase()));
          const found = sorted.startingWith(prefix, 3);
          expect(found.total).toBe(expected.length);
          expect(found.texts.length).toBe(Math.min(3, expected.length));
          const { texts } = sorted.startingWith(prefix, 100);
          expect(new Set(texts)).toEqual(new Set(expected));
          const folded = texts.map((one) => one.toLowerCase());
          expect(folded).toEqual(folded.toSorted());
        }
      }),
    );
  });

  test('are put in order anew after very many changes', () => {
    const all = new Set(['b']);
    const sorted = new SortedTexts(
      () => all,
      (each) => all.has(each),
    );
    expect(sorted.startingWith('', 5).texts).toEqual(['b']);
    for (let at = 0; at < 2_500; at += 1) {
      all.add(`a${at}`);
      sorted.change(`a${at}`);
    }
    expect(sorted.startingWith('a24', 500).total).toBe(111);
    expect(sorted.startingWith('b', 5).texts).toEqual(['b']);
  });
});
