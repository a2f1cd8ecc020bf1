import { DomainError } from '../lib/errors.ts';

const SPACE = /[ \t\n\r]*/y;
// \p{Cc} takes in U+007F to U+009F, which JSON allows in a string.
const SCALAR =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

interface Scan {
  readonly text: string;
  at: number;
}

function skip(scan: Scan, pattern: RegExp): boolean {
  pattern.lastIndex = scan.at;
  if (!pattern.test(scan.text)) return false;
  scan.at = pattern.lastIndex;
  return true;
}

/** Takes one token if it is among `tokens`. */
function take(scan: Scan, tokens: string): string | undefined {
  skip(scan, SPACE);
  const next = scan.text[scan.at];
  if (next === undefined || !tokens.includes(next)) return undefined;
  scan.at += 1;
  return next;
}

/**
 * Where the text stops being JSON, and what was expected there. `JSON.parse` gives no position for short texts. Walks
 * with a stack of its own, so that depth cannot exhaust the engine's.
 */
function firstError(text: string): { readonly offset: number; readonly expected: string } {
  const scan: Scan = { text, at: 0 };
  const open: ('{' | '[')[] = [];
  let isValueDue = true;
  for (;;) {
    if (isValueDue) {
      const bracket = take(scan, '{[') as '{' | '[' | undefined;
      if (bracket === '[') {
        if (take(scan, ']') === undefined) {
          open.push('[');
          continue;
        }
      } else if (bracket === '{') {
        if (take(scan, '}') === undefined) {
          open.push('{');
          const expected = key(scan);
          if (expected !== undefined) return { offset: scan.at, expected };
          continue;
        }
      } else if (!skip(scan, SCALAR)) {
        return { offset: scan.at, expected: 'a value' };
      }
      isValueDue = false;
    }
    const inside = open.at(-1);
    if (inside === undefined) {
      skip(scan, SPACE);
      return { offset: scan.at, expected: 'the end of the body' };
    }
    const closing = inside === '{' ? '}' : ']';
    const token = take(scan, `,${closing}`);
    if (token === closing) open.pop();
    else if (token === undefined) return { offset: scan.at, expected: `"," or "${closing}"` };
    else {
      const expected = inside === '{' ? key(scan) : undefined;
      if (expected !== undefined) return { offset: scan.at, expected };
      isValueDue = true;
    }
  }
}

function key(scan: Scan): string | undefined {
  skip(scan, SPACE);
  if (scan.text[scan.at] !== '"' || !skip(scan, SCALAR)) return 'a key in double quotes';
  return take(scan, ':') === undefined ? '":"' : undefined;
}

/** Parses a request's body; a refusal names line and column and what was expected there. */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '')
    throw new DomainError('invalid_request', 'The body is empty; expected a JSON object.');
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { offset, expected } = firstError(text);
    const before = text.slice(0, offset).split('\n');
    const line = before.length;
    const column = (before.at(-1)?.length ?? 0) + 1;
    const found =
      offset >= text.length ? 'the body ends' : `there is ${JSON.stringify(text.slice(offset, offset + 12))}`;
    const detail = `Line ${line}, column ${column}: expected ${expected}, but ${found}.`;
    throw new DomainError('invalid_request', detail, {
      errors: [{ pointer: '', detail, line, column }],
      cause,
    });
  }
}
