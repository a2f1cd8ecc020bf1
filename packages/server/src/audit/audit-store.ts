import type { ActivityKind } from '@drover/api';
import type { Act } from './audit.ts';

export interface StoredAct extends Omit<Act, 'isOwn' | 'data'> {
  readonly id: number;
  readonly atMs: number;
  readonly data: NonNullable<Act['data']>;
  readonly address: string | null;
}

/** Filters narrow one another. */
export interface ActQuery {
  readonly kinds?: readonly ActivityKind[] | undefined;
  readonly author?: string | undefined;
  readonly subject?: { readonly kind: string; readonly id?: string | undefined } | undefined;
  /** Each must occur in the subject or the detail; in any case of letters. */
  readonly words?: readonly string[] | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** Where the audit trail is kept. */
export interface AuditStore {
  /** For an act that no other write belongs to; on disk when it resolves. */
  add(act: Act): Promise<void>;
  /** Newest first, those with an id below `beforeId`. */
  page(query: ActQuery, limit: number, beforeId: number | undefined): Promise<readonly StoredAct[]>;
  count(query: ActQuery): Promise<number>;
  get(id: number): Promise<StoredAct | undefined>;
  /** Removes what is older than `untilMs`, and all but the newest `kept`. How many. */
  prune(untilMs: number, kept: number): Promise<number>;
}
