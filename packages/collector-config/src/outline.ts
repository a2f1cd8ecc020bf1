import type { ConfigPath } from './config-data.ts';
import { below, type FlowState, type OutlineEntry, scanFlow } from './outline-flow.ts';
import { keyLength, lineStartAt, plainEnd, quotedEnd, unquote } from './outline-scalar.ts';
import { MAX_CONFIG_BYTES } from './parse.ts';

type Frame = {
  readonly kind: 'map' | 'list';
  /** Where its keys or dashes stand in the line, from 0. */
  readonly column: number;
  readonly path: ConfigPath;
  /** How many list entries there were. */
  count: number;
  /** The key or entry that deeper lines belong to. */
  entry: OutlineEntry | undefined;
};

const DOCUMENT_MARK = /^(?:---|\.\.\.)(?:\s|$)/;
const PROPERTIES = /^(?:[&!]\S*\s+)+/;

/**
 * Reads the keys and list entries of a YAML text line by line, whether or not it is valid: what is half-typed costs its
 * own line and no other. Never throws; the work is linear in the text.
 */
export class OutlineScanner {
  readonly text: string;
  readonly entries: OutlineEntry[] = [];
  readonly frames: Frame[] = [];
  /** The brackets that are open. */
  flow: FlowState | undefined;
  /** Lines further in than this belong to a text of several lines. */
  blockColumn: number | undefined;
  #quote: { readonly mark: string; readonly column: number } | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** True where a quoted text of several lines is open. */
  get isInQuote(): boolean {
    return this.#quote !== undefined;
  }

  /** Reads whole lines up to an offset, which has to be the start of a line or the end of the text. */
  scan(end: number): void {
    for (let at = 0; at < end; ) {
      const newline = this.text.indexOf('\n', at);
      const lineEnd = newline < 0 || newline >= end ? end : newline;
      at = this.#readLine(at, lineEnd, end) + 1;
    }
  }

  /** Leaves the maps and lists that a line which begins at this column no longer belongs to. */
  leaveTo(column: number, isDash: boolean): void {
    for (let top = this.frames.at(-1); top !== undefined; top = this.frames.at(-1)) {
      const isLeft = top.column > column || (top.column === column && top.kind === 'list' && !isDash);
      if (!isLeft) return;
      this.frames.pop();
    }
  }

  /** The path that a map or list which begins here has. */
  pathHere(): ConfigPath {
    const top = this.frames.at(-1);
    return top?.entry?.path ?? top?.path ?? [];
  }

  frameAt(kind: Frame['kind'], column: number): Frame {
    const top = this.frames.at(-1);
    if (top?.kind === kind && top.column === column) return top;
    const frame: Frame = { kind, column, path: this.pathHere(), count: 0, entry: undefined };
    this.frames.push(frame);
    return frame;
  }

  /** Returns where it stopped: the line's end, or that of a later line where brackets were open. */
  #readLine(from: number, lineEnd: number, end: number): number {
    if (this.flow !== undefined) return this.#goOn(from, end);
    const line = this.text.slice(from, lineEnd).replace(/\r$/, '');
    let column = line.search(/[^ \t]/);
    if (column < 0) return lineEnd;
    if (this.#quote !== undefined) {
      if (column > this.#quote.column) {
        if (quotedEnd(line, 0, this.#quote.mark) !== undefined) this.#quote = undefined;
        return lineEnd;
      }
      this.#quote = undefined;
    }
    if (this.blockColumn !== undefined && column > this.blockColumn) return lineEnd;
    this.blockColumn = undefined;
    if (line[column] === '#') return lineEnd;
    if (DOCUMENT_MARK.test(line)) {
      this.frames.length = 0;
      return lineEnd;
    }
    this.leaveTo(column, isDash(line, column));
    while (isDash(line, column)) {
      const frame = this.frameAt('list', column);
      const path = below(frame.path, frame.count++);
      const next = skipSpaces(line, column + 1);
      const hasMore = next < line.length && line[next] !== '#';
      const isNested = hasMore && (isDash(line, next) || keyLength(line, next) !== undefined);
      const entry = { path, from: from + column, to: from + column + 1 };
      frame.entry = entry;
      if (!hasMore || isNested) this.entries.push(entry);
      else return this.#readValue(entry, true, column, line, next, from, lineEnd, end);
      column = next;
    }
    const length = keyLength(line, column);
    if (length === undefined) return this.#readLoose(line, column, from, lineEnd, end);
    const frame = this.frameAt('map', column);
    const key = line.slice(column, column + length).trimEnd();
    const entry = {
      path: below(frame.path, unquote(key)),
      from: from + column,
      to: from + column + key.length,
    };
    frame.entry = entry;
    return this.#readValue(
      entry,
      false,
      column,
      line,
      skipSpaces(line, column + length + 1),
      from,
      lineEnd,
      end,
    );
  }

  /** A value on a line of its own; anything else is half a key, which says nothing yet. */
  #readLoose(line: string, column: number, from: number, lineEnd: number, end: number): number {
    const first = line[column] ?? '';
    const owner = this.frames.at(-1)?.column ?? -1;
    if (first === '[' || first === '{') {
      this.flow = { open: [], root: this.pathHere(), column: owner, entries: this.entries };
      return this.#goOn(from + column, end);
    }
    const isQuoted = first === '"' || first === "'";
    if (isQuoted && quotedEnd(line, column + 1, first) === undefined)
      this.#quote = { mark: first, column: owner };
    if ((first === '|' || first === '>') && column > owner) this.blockColumn = owner;
    return lineEnd;
  }

  #readValue(
    entry: OutlineEntry,
    isItem: boolean,
    column: number,
    line: string,
    start: number,
    from: number,
    lineEnd: number,
    end: number,
  ): number {
    const at = start + (PROPERTIES.exec(line.slice(start))?.[0].length ?? 0);
    const first = line[at];
    if (first === undefined || first === '#' || first === '&' || first === '!') {
      this.entries.push(entry);
    } else if (first === '|' || first === '>') {
      this.entries.push(entry);
      this.blockColumn = column;
    } else if (first === '[' || first === '{') {
      this.entries.push(entry);
      this.flow = { open: [], root: entry.path, column, entries: this.entries };
      return this.#goOn(from + at, end);
    } else {
      const isQuoted = first === '"' || first === "'";
      const closed = isQuoted ? quotedEnd(line, at + 1, first) : undefined;
      if (isQuoted && closed === undefined) this.#quote = { mark: first, column };
      const to = closed ?? (isQuoted ? line.length : plainEnd(line, at));
      const value = { text: unquote(line.slice(at, to)), from: from + at, to: from + to };
      this.entries.push(isItem ? { ...entry, from: value.from, to: value.to, value } : { ...entry, value });
    }
    return lineEnd;
  }

  /** Within brackets; returns the end of the line on which they close. */
  #goOn(from: number, end: number): number {
    if (this.flow === undefined) return from;
    const stop = scanFlow(this.text, from, end, this.flow);
    if (!stop.isClosed) return end;
    this.flow = undefined;
    const newline = this.text.indexOf('\n', stop.at);
    return newline < 0 || newline > end ? end : newline;
  }
}

/** The outline of a text that may be half-typed, in the order of the text; empty for what is too large to be read. */
export function readOutline(text: string): readonly OutlineEntry[] {
  if (text.length > MAX_CONFIG_BYTES) return [];
  const scanner = new OutlineScanner(text);
  scanner.scan(text.length);
  return scanner.entries;
}

/** The innermost key or list entry that an offset stands in: the last one that begins before it, or on its line. */
export function entryAt(
  text: string,
  entries: readonly OutlineEntry[],
  offset: number,
): OutlineEntry | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.from ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const lineStart = lineStartAt(text, offset);
  const before = entries[low - 1];
  const after = entries[low];
  if (after === undefined || (before !== undefined && before.from >= lineStart)) return before;
  const newline = text.indexOf('\n', offset);
  return after.from < (newline < 0 ? text.length : newline) ? after : before;
}

/** The entry of exactly this path: the first, where a text has it twice. */
export function findEntry(entries: readonly OutlineEntry[], path: ConfigPath): OutlineEntry | undefined {
  return entries.find((entry) => isSamePath(entry.path, path));
}

export function isSamePath(a: ConfigPath, b: ConfigPath): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

export function isDash(line: string, at: number): boolean {
  return line[at] === '-' && (at + 1 >= line.length || line[at + 1] === ' ' || line[at + 1] === '\t');
}

export function skipSpaces(line: string, at: number): number {
  let next = at;
  while (line[next] === ' ' || line[next] === '\t') next += 1;
  return next;
}
