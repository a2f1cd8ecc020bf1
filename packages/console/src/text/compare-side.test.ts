import { expect, test } from 'vitest';
import { readSide, sideText, sideWord } from './compare-side.ts';

test.each(['r1', 'r120', 'agent', '01900000-0000-7000-8000-00000000abcd'])(
  '%s is read and written',
  (word) => {
    const side = readSide(word);
    expect(side !== undefined && sideWord(side)).toBe(word);
  },
);

test.each([undefined, '', 'r0', 'r', 'r1x', 'somebody'])('%s is no side', (word) => {
  expect(readSide(word)).toBeUndefined();
});

test('files of an agent are one text, each under its name where there are several', () => {
  expect(sideText(undefined)).toBeUndefined();
  expect(sideText({})).toBeUndefined();
  expect(sideText({ '': { body: 'a: 1' } })).toBe('a: 1');
  expect(sideText({ a: { body: 'a: 1' }, b: { body: 'b: 2' } })).toBe('# a\na: 1\n# b\nb: 2');
});
