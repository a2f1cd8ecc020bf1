import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { enterBelowKey } from './editor-enter.ts';

/** The text after Enter where ‸ stands, with the cursor; undefined where another command has to do it. */
function entered(marked: string): string | undefined {
  const anchor = marked.indexOf('‸');
  let state = EditorState.create({ doc: marked.replace('‸', ''), selection: { anchor } });
  const isDone = enterBelowKey({
    state,
    dispatch: (transaction) => {
      state = transaction.state;
    },
  });
  const { head } = state.selection.main;
  const text = state.doc.toString();
  return isDone ? `${text.slice(0, head)}‸${text.slice(head)}` : undefined;
}

test.each([
  ['processors:\n  batch:‸\nexporters:', 'processors:\n  batch:\n    ‸\nexporters:'],
  ['receivers:‸', 'receivers:\n  ‸'],
  ['actions:\n  - pattern:‸', 'actions:\n  - pattern:\n      ‸'],
  ['otlp/in: ‸', 'otlp/in: \n  ‸'],
])('%j goes further in', (before, after) => {
  expect(entered(before)).toBe(after);
});

test.each(['a: b‸', 'batch‸:', 'receivers: [otlp]‸', '# note:‸', '‸', 'a: b:‸', '"a:‸'])(
  '%j is left to the editor',
  (text) => {
    expect(entered(text)).toBeUndefined();
  },
);
