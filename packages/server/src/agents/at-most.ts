import { DomainError } from '../lib/errors.ts';

/** Throws `selection_grown` where more agents would be changed than were counted. */
export function requireAtMost(changing: readonly unknown[], atMost: number | undefined): void {
  if (atMost === undefined || changing.length <= atMost) return;
  throw new DomainError(
    'selection_grown',
    `${changing.length} agents would be changed by now, and ${atMost} were counted: look at the preview again.`,
    { facts: { changed: changing.length, atMost } },
  );
}
