/** What a script got hold of, or why it could not; expected failure is never an exception. */
export type Found<T> =
  | ({ readonly kind: 'found' } & T)
  | { readonly kind: 'missing'; readonly reason: string };

/** A result that names why there is none. */
export function missing(reason: string): { readonly kind: 'missing'; readonly reason: string } {
  return { kind: 'missing', reason };
}

/** One line about an unknown error. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
