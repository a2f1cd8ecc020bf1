import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MergeChoice, mergedText, mergeTexts } from './merge-texts.ts';

const BASE = `receivers:
  otlp:
processors:
  batch:
    timeout: 1s
exporters:
  debug:
`;

function conflictsOf(base: string | undefined, mine: string, theirs: string) {
  return mergeTexts(base, mine, theirs).filter((part) => part.kind === 'conflict');
}

test('what only one side changed is taken from it', () => {
  const mine = BASE.replace('  otlp:', '  otlp:\n  filelog:');
  const theirs = BASE.replace('  debug:', '  debug: {verbosity: basic}');
  const parts = mergeTexts(BASE, mine, theirs);
  expect(parts.filter((part) => part.kind === 'conflict')).toEqual([]);
  expect(mergedText(parts, new Map())).toBe(mine.replace('  debug:', '  debug: {verbosity: basic}'));
  expect(parts.map((part) => part.kind === 'agreed' && part.from)).toEqual([
    'all',
    'mine',
    'all',
    'theirs',
    'all',
  ]);
});

test('what both changed in another way is a conflict, and in the same way is none', () => {
  const mine = BASE.replace('1s', '5s').replace('  otlp:', '  zipkin:');
  const theirs = BASE.replace('1s', '9s').replace('  otlp:', '  zipkin:');
  expect(conflictsOf(BASE, mine, theirs)).toEqual([
    { kind: 'conflict', mine: ['    timeout: 5s'], theirs: ['    timeout: 9s'], base: ['    timeout: 1s'] },
  ]);
  const parts = mergeTexts(BASE, mine, theirs);
  const index = parts.findIndex((part) => part.kind === 'conflict');
  const merged = (choice: MergeChoice) => mergedText(parts, new Map([[index, choice]]));
  expect(mergedText(parts, new Map())).toBe(mine);
  expect(merged('theirs')).toBe(theirs);
  expect(merged('both')).toBe(mine.replace('5s', '5s\n    timeout: 9s'));
});

test('lines that one side removed and the other changed are a conflict', () => {
  const [conflict] = conflictsOf(BASE, BASE.replace('    timeout: 1s\n', ''), BASE.replace('1s', '9s'));
  expect(conflict).toMatchObject({ mine: [], theirs: ['    timeout: 9s'] });
});

test('without what both were made from, every difference is a conflict', () => {
  const theirs = BASE.replace('1s', '9s');
  expect(conflictsOf(undefined, BASE, theirs)).toEqual([
    { kind: 'conflict', mine: ['    timeout: 1s'], theirs: ['    timeout: 9s'], base: undefined },
  ]);
  expect(conflictsOf(undefined, BASE, BASE)).toEqual([]);
});

test('with all choices one way it is mine, or theirs, wherever both changed the text', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 12 })
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, text, (base, mine, theirs) => {
      expect(mergedText(mergeTexts(base, mine, base), new Map())).toBe(mine);
      expect(mergedText(mergeTexts(base, base, theirs), new Map())).toBe(theirs);
      expect(mergedText(mergeTexts(base, mine, mine), new Map())).toBe(mine);
      const parts = mergeTexts(undefined, mine, theirs);
      expect(mergedText(parts, new Map())).toBe(mine);
      const all = new Map(parts.map((_part, index) => [index, 'theirs' as const]));
      expect(mergedText(parts, all)).toBe(theirs);
      // Nothing that somebody wrote is in no part.
      const held = mergeTexts(base, mine, theirs).flatMap((part) =>
        part.kind === 'agreed' ? part.lines : [...part.mine, ...part.theirs, ...(part.base ?? [])],
      );
      for (const line of mine.split('\n'))
        expect(held.includes(line) || base.split('\n').includes(line)).toBe(true);
    }),
  );
});
