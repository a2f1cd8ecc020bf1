import type { ConfigPath } from './config-data.ts';
import { MAX_DEPTH } from './depth.ts';
import { keyLength, quotedEnd, unquote } from './outline-scalar.ts';

/** A key or a list entry of a text, with its place. Offsets count from 0. */
export type OutlineEntry = {
  readonly path: ConfigPath;
  /** Of the key as written, or of the list entry's text (its dash where it holds more than a word). */
  readonly from: number;
  readonly to: number;
  /** The word or text on the same line; undefined where there is none, or where more is nested below. */
  readonly value?: { readonly text: string; readonly from: number; readonly to: number };
};

/** An open bracket. */
export type FlowFrame = {
  readonly kind: 'map' | 'list';
  readonly path: ConfigPath;
  /** Entries of a list before this place. */
  count: number;
  /** The key whose value comes. */
  key: ConfigPath | undefined;
};

export type FlowState = {
  readonly open: FlowFrame[];
  /** What the outermost bracket is the value of. */
  readonly root: ConfigPath;
  /** Where the line with the outermost bracket begins: a key that is not further in was never meant to be inside. */
  readonly column: number;
  readonly entries: OutlineEntry[];
};

/** Where reading stopped. `word` is a word or quoted text that reaches to the very end, and so may go on. */
export type FlowStop = {
  readonly at: number;
  readonly isClosed: boolean;
  readonly word?: { readonly from: number; readonly quote: string };
};

const WORD_ENDS = new Set(',[]{}\n');

/** Reads within brackets, over lines, until the outermost closes or the end is reached. */
export function scanFlow(text: string, from: number, end: number, state: FlowState): FlowStop {
  let at = from;
  while (at < end) {
    const char = text[at] ?? '';
    const top = state.open.at(-1);
    if (char === '\n' && isForgotten(text, at + 1, end, state)) return { at, isClosed: true };
    if (char === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) {
      const newline = text.indexOf('\n', at);
      at = newline < 0 || newline > end ? end : newline;
    } else if (char === '[' || char === '{') {
      const path = placeIn(top, state);
      if (top?.kind === 'list') state.entries.push({ path, from: at, to: at + 1 });
      state.open.push({ kind: char === '[' ? 'list' : 'map', path, count: 0, key: undefined });
      at += 1;
    } else if (char === ']' || char === '}') {
      state.open.pop();
      at += 1;
      if (state.open.length === 0) return { at, isClosed: true };
    } else if (char === ',') {
      if (top !== undefined) {
        top.count += 1;
        top.key = undefined;
      }
      at += 1;
    } else if (/[\s:]/.test(char)) {
      at += 1;
    } else {
      const quote = char === '"' || char === "'" ? char : '';
      const to = quote === '' ? wordEnd(text, at, end) : (quotedEnd(text, at + 1, quote, end) ?? end);
      if (to >= end) return { at: end, isClosed: false, word: { from: at, quote } };
      readWord(text, at, to, top, state);
      at = to;
    }
  }
  return { at: end, isClosed: false };
}

/** The path of what stands at this place in brackets. */
export function placeIn(top: FlowFrame | undefined, state: FlowState): ConfigPath {
  if (top === undefined) return state.root;
  return top.kind === 'list' ? below(top.path, top.count) : (top.key ?? top.path);
}

/** The path of a step further in; deeper than a configuration may be, the path stays as it is, so that no text makes long ones. */
export function below(path: ConfigPath, step: string | number): ConfigPath {
  return path.length > MAX_DEPTH ? path : [...path, step];
}

function readWord(
  text: string,
  from: number,
  to: number,
  top: FlowFrame | undefined,
  state: FlowState,
): void {
  if (top === undefined) return;
  const word = unquote(text.slice(from, to));
  if (top.kind === 'list') {
    state.entries.push({ path: below(top.path, top.count), from, to, value: { text: word, from, to } });
  } else if (top.key === undefined) {
    top.key = below(top.path, word);
    state.entries.push({ path: top.key, from, to });
  } else {
    const last = state.entries.at(-1);
    if (last?.path === top.key)
      state.entries[state.entries.length - 1] = { ...last, value: { text: word, from, to } };
  }
}

function wordEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && !WORD_ENDS.has(text[at] ?? '')) {
    const next = text[at + 1] ?? '\n';
    if (text[at] === ':' && (/\s/.test(next) || WORD_ENDS.has(next))) break;
    if (text[at] === '#' && /\s/.test(text[at - 1] ?? '')) break;
    at += 1;
  }
  if (at >= end) return end;
  while (at > from && /\s/.test(text[at - 1] ?? '')) at -= 1;
  return at;
}

/** True where the next line is a key or list entry that is not further in: the bracket was left open by mistake. */
function isForgotten(text: string, lineStart: number, end: number, { column }: FlowState): boolean {
  const newline = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, newline < 0 || newline > end ? end : newline);
  const indent = line.search(/[^ \t\r]/);
  if (indent < 0 || indent > column) return false;
  return keyLength(line, indent) !== undefined || /^- /.test(line.slice(indent));
}
