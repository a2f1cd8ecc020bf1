import { DomainError } from '../lib/errors.ts';

/** The strong entity tag of a hash. */
export function etagOf(hash: string): string {
  return `"${hash}"`;
}

/** The hash in an If-Match header; undefined where there is none, or where it is `*`. */
export function ifMatchOf(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const hash = /^"([^"]*)"$/.exec(header.trim())?.[1];
  if (hash === undefined) {
    const detail = `If-Match: expected one strong entity tag such as "1f2e…", got ${header.slice(0, 100)}`;
    throw new DomainError('invalid_request', detail);
  }
  return hash;
}

/** True where the header asks that there be nothing yet. Other values are refused: nothing is cached by them. */
export function isNoneWanted(header: string | undefined): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const detail = `If-None-Match: expected *, which asks that there be none yet, got ${header.slice(0, 100)}`;
  throw new DomainError('invalid_request', detail);
}
