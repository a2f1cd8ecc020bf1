import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Replaces a selection, or inserts several lines, by the editor itself. Left to the browser, Chromium keeps the look of
 * the replaced text in a style attribute of its own making, which the Content-Security-Policy refuses and reports.
 */
export function ownReplacement(): Extension {
  return EditorView.domEventHandlers({
    beforeinput: (event, view) => {
      const text = event.data;
      if (event.inputType !== 'insertText' || text === null || view.composing) return false;
      const { from, to, empty } = view.state.selection.main;
      if (empty && !text.includes('\n')) return false;
      event.preventDefault();
      const insert = () =>
        view.state.update(view.state.replaceSelection(text), {
          userEvent: 'input.type',
          scrollIntoView: true,
        });
      // Brackets and quotes typed over a selection enclose it: that is another extension's to decide first.
      const isHandled = view.state
        .facet(EditorView.inputHandler)
        .some((handler) => handler(view, from, to, text, insert));
      if (!isHandled) view.dispatch(insert());
      return true;
    },
  });
}
