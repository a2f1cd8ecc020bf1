import type { ActivityEntry, ActivityFilter, ActivityListQuery, Page } from '@drover/api';
import type { Clock, Timer } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, timeText } from '../lib/page.ts';
import type { Act } from './audit.ts';
import type { ActQuery, AuditStore, StoredAct } from './audit-store.ts';

export interface AuditServiceOptions {
  readonly store: AuditStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly keptForMs: number;
  readonly maxEntries: number;
}

const PRUNE_MS = 600_000;
const EXPORT_BATCH = 500;

/** Who changed what. Acts that are writes are recorded in the same transaction; the others by `record`. Construct, `start()`, and at the end `stop()`. */
export class AuditService {
  readonly #options: AuditServiceOptions;
  #timer: Timer | undefined;

  constructor(options: AuditServiceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.every(PRUNE_MS, () => void this.prune());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** On disk when it resolves. */
  record(act: Act): Promise<void> {
    return this.#options.store.add(act);
  }

  /** For what the server does of its own accord: an act that could not be recorded is logged. */
  note(act: Act): void {
    this.record(act).catch((error: unknown) =>
      this.#options.log.error({ act: act.kind, error: errorText(error) }, 'an act could not be recorded'),
    );
  }

  /** Newest first. */
  async page({ limit, cursor, ...filter }: ActivityListQuery): Promise<Page<ActivityEntry>> {
    const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const { store } = this.#options;
    const query = queryOf(filter);
    const [found, total] = await Promise.all([
      store.page(query, limit + 1, beforeId === undefined ? undefined : Number(beforeId)),
      store.count(query),
    ]);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor([last.id]) : null;
    return { items: items.map(viewOf), nextCursor, total };
  }

  /** All that the filter leaves, newest first, read as it is consumed. */
  async *all(filter: ActivityFilter): AsyncGenerator<ActivityEntry> {
    const query = queryOf(filter);
    let beforeId: number | undefined;
    for (;;) {
      const found = await this.#options.store.page(query, EXPORT_BATCH, beforeId);
      for (const act of found) yield viewOf(act);
      beforeId = found.at(-1)?.id;
      if (found.length < EXPORT_BATCH) return;
    }
  }

  async get(id: number): Promise<ActivityEntry | undefined> {
    const act = await this.#options.store.get(id);
    return act && viewOf(act);
  }

  /** Cuts the trail to its bounds. Called by a timer. */
  async prune(): Promise<void> {
    const { store, clock, log, keptForMs, maxEntries } = this.#options;
    try {
      const removed = await store.prune(clock.now() - keptForMs, maxEntries);
      if (removed > 0) log.info({ entries: removed }, 'old entries of the audit trail removed');
    } catch (error) {
      log.error({ error: errorText(error) }, 'the audit trail could not be cut');
    }
  }
}

function queryOf({ kind, author, subject, q, since, until }: ActivityFilter): ActQuery {
  const [, subjectKind = '', id] = /^([^:]*)(?::(.*))?$/s.exec(subject ?? '') ?? [];
  return {
    kinds: kind,
    author,
    subject: subject === undefined ? undefined : { kind: subjectKind, id },
    words: q?.split(/\s+/).filter((word) => word !== ''),
    sinceMs: since === undefined ? undefined : Date.parse(since),
    untilMs: until === undefined ? undefined : Date.parse(until),
  };
}

function viewOf({ id, atMs, author, kind, subject, detail, data, address }: StoredAct): ActivityEntry {
  return { id, at: timeText(atMs), author, kind, subject, detail, data, address };
}
