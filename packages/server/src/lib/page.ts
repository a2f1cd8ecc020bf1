import { DomainError } from './errors.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly sort?: string | undefined;
}

export type CursorPart = string | number;

/** A cursor is where the page before ended: the last item's sort values. Opaque to the caller. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Throws `invalid_cursor` where the text is no cursor of `length` parts. */
export function decodeCursor(cursor: string, length: number): CursorPart[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === length && parts.every(isCursorPart)) return parts;
  } catch (cause) {
    throw badCursor(cursor, cause);
  }
  throw badCursor(cursor);
}

function isCursorPart(part: unknown): part is CursorPart {
  return typeof part === 'string' || typeof part === 'number';
}

function badCursor(cursor: string, cause?: unknown): DomainError {
  return new DomainError(
    'invalid_cursor',
    `"${cursor.slice(0, 80)}" is not a cursor of this list; leave it out to begin at the first page`,
    { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }], cause },
  );
}

/** `-name` → name, downwards. Throws `invalid_sort` for a field that is not one of `fields`. */
export function parseSort<F extends string>(
  sort: string | undefined,
  fields: readonly F[],
  fallback: { readonly field: F; readonly descending: boolean },
): { readonly field: F; readonly descending: boolean } {
  if (sort === undefined || sort === '') return fallback;
  const descending = sort.startsWith('-');
  const name = descending ? sort.slice(1) : sort;
  const field = fields.find((candidate) => candidate === name);
  if (field === undefined) {
    throw new DomainError('invalid_sort', `cannot sort by "${name}"; one of ${fields.join(', ')}`, {
      errors: [{ pointer: '/sort', detail: `one of ${fields.join(', ')}` }],
    });
  }
  return { field, descending };
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
