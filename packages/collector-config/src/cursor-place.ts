import type { ConfigPath } from './config-data.ts';
import { isDash, OutlineScanner, skipSpaces } from './outline.ts';
import { placeIn, scanFlow } from './outline-flow.ts';
import { keyLength, lineStartAt, plainEnd, unquote } from './outline-scalar.ts';

/** What may be written at a place of a text. `from` to `to` is what is there already and would be replaced. */
export type CursorPlace = {
  /**
   * `key`: a key of the map at `path`, or the first line of whatever `path` holds. `value`: the value at `path`.
   * `item`: a list entry, whose own path this is.
   */
  readonly kind: 'key' | 'value' | 'item';
  readonly path: ConfigPath;
  /** What stands before the cursor, without quotes. */
  readonly typed: string;
  readonly from: number;
  readonly to: number;
  /** A colon follows: only the key itself is to be written. */
  readonly hasColon: boolean;
  readonly isFlow: boolean;
  readonly isQuoted: boolean;
  /** Where the key or entry stands in its line, from 0: what goes below it has to stand further in. */
  readonly column: number;
};

/** What may be written at an offset; undefined in comments and within texts of several lines. Linear in the text. */
export function cursorPlaceAt(text: string, offset: number): CursorPlace | undefined {
  const lineStart = lineStartAt(text, offset);
  const newline = text.indexOf('\n', offset);
  const line = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/\r$/, '');
  const scanner = new OutlineScanner(text);
  scanner.scan(lineStart);
  if (scanner.flow !== undefined) return flowPlace(text, scanner, lineStart, offset);
  if (scanner.isInQuote) return undefined;
  const at = Math.min(offset - lineStart, line.length);
  const indent = line.search(/[^ \t]/);
  let column = indent < 0 || indent > at ? at : indent;
  if (scanner.blockColumn !== undefined && column > scanner.blockColumn) return undefined;
  if (line[indent] === '#' && at > indent) return undefined;

  scanner.leaveTo(column, isDash(line, column) && at > column);
  while (isDash(line, column) && at > column) {
    const frame = scanner.frameAt('list', column);
    const path = [...frame.path, frame.count++];
    frame.entry = { path, from: lineStart + column, to: lineStart + column + 1 };
    column = Math.min(skipSpaces(line, column + 1), at);
  }
  const length = keyLength(line, column);
  const isBehindColon = length !== undefined && at > column + length;
  if (!isBehindColon) return wordPlace(scanner, line, column, at, lineStart, length);

  const frame = scanner.frameAt('map', column);
  const path = [...frame.path, unquote(line.slice(column, column + length).trimEnd())];
  return valuePlace(text, scanner, { line, lineStart, at, column, path, start: column + length + 1 });
}

/** A key, or a list entry, that is being written. */
function wordPlace(
  scanner: OutlineScanner,
  line: string,
  column: number,
  at: number,
  lineStart: number,
  length: number | undefined,
): CursorPlace | undefined {
  const top = scanner.frames.at(-1);
  const isItem = top?.kind === 'list' && top.column < column && top.entry !== undefined;
  if (isItem && length === undefined && /[[{]/.test(line[column] ?? '')) {
    const path = top.entry?.path ?? top.path;
    return valuePlace(scanner.text, scanner, { line, lineStart, at, column, path, start: column });
  }
  const end = length === undefined ? plainEnd(line, column) : column + length;
  if (at > Math.max(end, column)) {
    const isComment = /(?:^|\s)#/.test(line.slice(column, at));
    if (isComment || length !== undefined) return undefined;
  }
  const container = top?.kind === 'map' && top.column === column ? top.path : scanner.pathHere();
  const to = Math.max(
    at,
    length === undefined ? end : column + line.slice(column, column + length).trimEnd().length,
  );
  return {
    kind: isItem ? 'item' : 'key',
    path: container,
    typed: unquote(line.slice(column, at)),
    from: lineStart + column,
    to: lineStart + to,
    hasColon: length !== undefined,
    isFlow: false,
    isQuoted: /["']/.test(line[column] ?? ''),
    column,
  };
}

type ValueLine = {
  readonly line: string;
  readonly lineStart: number;
  readonly at: number;
  readonly column: number;
  readonly path: ConfigPath;
  /** Behind the colon, or where the entry begins. */
  readonly start: number;
};

function valuePlace(
  text: string,
  scanner: OutlineScanner,
  { line, lineStart, at, column, path, start: behind }: ValueLine,
): CursorPlace | undefined {
  const start = skipSpaces(line, behind);
  const first = line[start];
  if (start < at) {
    if (first === '|' || first === '>' || first === '#' || first === '&' || first === '!') return undefined;
    if (first === '[' || first === '{') {
      scanner.flow = { open: [], root: path, column, entries: scanner.entries };
      return flowPlace(text, scanner, lineStart + start, lineStart + at);
    }
  }
  const from = Math.min(start, at);
  const end = plainEnd(line, from);
  const isQuoted = first === '"' || first === "'";
  if (at > end && end > from) return undefined;
  return {
    kind: 'value',
    path,
    typed: unquote(line.slice(from, at)),
    from: lineStart + from,
    to: lineStart + Math.max(at, first === '#' || start > at ? at : end),
    hasColon: false,
    isFlow: false,
    isQuoted,
    column,
  };
}

/** Within brackets. */
function flowPlace(
  text: string,
  scanner: OutlineScanner,
  from: number,
  offset: number,
): CursorPlace | undefined {
  const state = scanner.flow;
  if (state === undefined) return undefined;
  const stop = scanFlow(text, from, offset, state);
  const top = state.open.at(-1);
  if (stop.isClosed || top === undefined) return undefined;
  const lineStart = lineStartAt(text, offset);
  if (stop.word === undefined && /(?:^|\s)#[^\n]*$/.test(text.slice(Math.max(from, lineStart), offset)))
    return undefined;
  const start = stop.word?.from ?? offset;
  const quote = stop.word?.quote ?? '';
  // Nothing may follow a word that has ended.
  const last = text.slice(from, start).trimEnd().at(-1);
  if (stop.word === undefined && last !== undefined && !'[{,:'.includes(last)) return undefined;
  const rest = quote === '' ? /^[^\s,[\]{}:#"']*/ : quote === '"' ? /^[^"\n]*"?/ : /^[^'\n]*'?/;
  const to = offset + (rest.exec(text.slice(offset, offset + 1024))?.[0].length ?? 0);
  const isKey = top.kind === 'map' && top.key === undefined;
  return {
    kind: isKey ? 'key' : top.kind === 'list' ? 'item' : 'value',
    path: isKey ? top.path : placeIn(top, state),
    typed: text.slice(start + quote.length, offset),
    from: start,
    to,
    hasColon: /^\s*:/.test(text.slice(to, to + 64)),
    isFlow: true,
    isQuoted: quote !== '',
    column: 0,
  };
}
