import { Text } from '@codemirror/state';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LateText } from './editor-late-text.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const large = (end: string) => Text.of([...Array<string>(20_000).fill('a line'), end]);

test('a small text is told with every change', () => {
  const told: string[] = [];
  const late = new LateText((text) => told.push(text));
  late.changed(Text.of(['a']));
  late.changed(Text.of(['ab']));
  expect(told).toEqual(['a', 'ab']);
  expect(late.tell(), 'all was told').toBe(false);
});

test('a large text is told once the typing pauses, or when somebody asks', () => {
  const told: string[] = [];
  const late = new LateText((text) => told.push(text.slice(-2)));
  late.changed(large('1'));
  late.changed(large('2'));
  expect(told).toEqual([]);
  vi.runAllTimers();
  expect(told).toEqual(['\n2']);
  late.changed(large('3'));
  expect(late.tell()).toBe(true);
  vi.runAllTimers();
  expect(told).toEqual(['\n2', '\n3']);
});
