import type { Finding } from '@drover/api';
import { expect, test } from 'vitest';
import { type Answer, validationOf } from './validation.ts';

function finding(source: Finding['source'], line: number): Finding {
  return { severity: 'error', path: '', line, column: 1, message: `${source} ${line}`, source };
}
const words = (findings: readonly Finding[]) => findings.map(({ message }) => message);

const ANSWER: Answer = {
  kind: 'checked',
  body: 'a',
  findings: [finding('structure', 3), finding('schema', 5)],
};

test('what the server said of this very text is all there is, with what a program said', () => {
  const { marks } = validationOf(ANSWER, undefined, [finding('collector', 4)]);
  expect(words(marks)).toEqual(['structure 3', 'collector 4', 'schema 5']);
});

test('of a newer text what it shows of itself is new, and what only the server finds stays', () => {
  expect(words(validationOf(ANSWER, [finding('structure', 9)], []).marks)).toEqual([
    'schema 5',
    'structure 9',
  ]);
  expect(words(validationOf(ANSWER, [], []).marks)).toEqual(['schema 5']);
});

test('of a text that cannot be read only that is said', () => {
  expect(words(validationOf(ANSWER, [finding('yaml', 2)], []).marks)).toEqual(['yaml 2']);
});

test('without an answer of the server the text is not called checked, and its own faults are marked', () => {
  const validation = validationOf({ kind: 'unchecked', error: 'gone' }, [finding('yaml', 2)], []);
  expect(validation).toMatchObject({ kind: 'unchecked', error: 'gone' });
  expect(words(validation.marks)).toEqual(['yaml 2']);
  expect(validationOf({ kind: 'checking' }, undefined, [])).toEqual({ kind: 'checking', marks: [] });
});
