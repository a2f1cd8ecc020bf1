import { history, undo, undoDepth } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replacement } from './editor-replace.ts';

function stateOf(doc: string, cursor = 0): EditorState {
  return EditorState.create({ doc, selection: { anchor: cursor }, extensions: history() });
}

test('another text is one step to undo, and the cursor stays with its word', () => {
  const text = 'a:\n    b: 1\n    c: 2\nd:\n    e: 3\n';
  const next = 'a:\n  b: 1\n  c: 2\nd:\n  e: 3\n';
  let state = stateOf(text, text.indexOf('e: 3'));
  state = state.update(replacement(state, next)).state;
  expect(state.doc.toString()).toBe(next);
  expect(state.selection.main.head).toBe(next.indexOf('e: 3'));
  expect(undoDepth(state)).toBe(1);
  undo({ state, dispatch: (transaction) => (state = transaction.state) });
  expect(state.doc.toString()).toBe(text);
});

test('any text becomes any other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' ', '😀'), maxLength: 40 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const state = stateOf(before);
      expect(state.update(replacement(state, after)).state.doc.toString()).toBe(after);
    }),
  );
});

test('a text that differs in most of it is replaced as a whole', () => {
  const [before, after] = ['a\n'.repeat(60_000), 'b\n'.repeat(60_000)];
  const state = stateOf(before);
  expect(state.update(replacement(state, after)).state.doc.toString()).toBe(after);
});
