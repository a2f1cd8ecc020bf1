import { isolateHistory } from '@codemirror/commands';
import { diff } from '@codemirror/merge';
import type { ChangeSpec, EditorState, TransactionSpec } from '@codemirror/state';

/** Where more than this differs, it is replaced as a whole: to compare it takes longer than a frame. */
const COMPARED_MAX_CHARS = 100_000;
const SCAN_LIMIT = 300;

/** Another text in the place of the whole one, as one step to undo; the cursor stays with what is around it. */
export function replacement(state: EditorState, next: string): TransactionSpec {
  return {
    changes: changesTo(state.doc.toString(), state.toText(next).toString()),
    annotations: isolateHistory.of('full'),
    userEvent: 'input.replace',
  };
}

function changesTo(text: string, next: string): ChangeSpec {
  const shorter = Math.min(text.length, next.length);
  let head = 0;
  while (head < shorter && text.charCodeAt(head) === next.charCodeAt(head)) head += 1;
  let tail = 0;
  while (
    tail < shorter - head &&
    text.charCodeAt(text.length - 1 - tail) === next.charCodeAt(next.length - 1 - tail)
  )
    tail += 1;
  const before = text.slice(head, text.length - tail);
  const after = next.slice(head, next.length - tail);
  if (before.length + after.length > COMPARED_MAX_CHARS)
    return { from: head, to: text.length - tail, insert: after };
  return diff(before, after, { scanLimit: SCAN_LIMIT }).map(({ fromA, toA, fromB, toB }) => ({
    from: head + fromA,
    to: head + toA,
    insert: after.slice(fromB, toB),
  }));
}
