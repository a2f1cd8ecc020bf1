import type { EditorState, StateCommand } from '@codemirror/state';

const STEP = 2;

/** Enter behind a key without a value begins the line below it further in: there its value or its keys come. */
export const enterBelowKey: StateCommand = ({ state, dispatch }) => {
  const column = columnBelowKey(state);
  if (column === undefined) return false;
  dispatch(
    state.update(state.replaceSelection(`${state.lineBreak}${' '.repeat(column)}`), {
      scrollIntoView: true,
      userEvent: 'input',
    }),
  );
  return true;
};

/** Where the line below the key at the cursor begins; undefined where the cursor is not at the end of such a line. */
function columnBelowKey(state: EditorState): number | undefined {
  const { main } = state.selection;
  if (!main.empty) return undefined;
  const line = state.doc.lineAt(main.head);
  const [whole, before = '', key = ''] = /^([ ]*(?:- +)*)([^\s#][^#]*):[ \t]*$/.exec(line.text) ?? [];
  const isAtEnd = state.sliceDoc(main.head, line.to).trim() === '';
  // A colon within a text of its own, such as an address, ends no key.
  if (whole === undefined || !isAtEnd || /["'[{]/.test(key[0] ?? '') || key.includes(': ')) return undefined;
  return before.length + STEP;
}
