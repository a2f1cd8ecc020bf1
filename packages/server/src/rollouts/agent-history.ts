import type { InstanceUid } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { WriteBehind } from '../lib/write-behind.ts';
import type { AgentHistoryEntry, AgentHistoryStore } from './agent-history-store.ts';
import type { Assignment } from './assignment.ts';
import type { Verdict } from './member.ts';
import type { PinnedTarget } from './rollout.ts';

export interface AgentHistoryOptions<T extends PinnedTarget> {
  readonly store: AgentHistoryStore<T>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries kept for each agent. */
export const ENTRIES_KEPT = 100;
const BATCH = 1000;
/** What is given and applied within this is written once. */
const FLUSH_DELAY_MS = 1000;
const FLUSH_DELAY_MAX_MS = 5000;
const WAITING_MAX = 50_000;
/** While the database is away so many entries wait; more are dropped. */
const KEPT_WAITING_MAX = 200_000;

/** What each agent was given, and what became of it; written behind, in batches. */
export class AgentHistory<T extends PinnedTarget> {
  readonly #options: AgentHistoryOptions<T>;
  readonly #writeBehind: WriteBehind;
  readonly #waiting = new Map<string, AgentHistoryEntry<T>>();
  /** Entries written since those of the agent were last cut. */
  readonly #sincePrune = new Map<InstanceUid, number>();

  constructor(options: AgentHistoryOptions<T>) {
    this.#options = options;
    this.#writeBehind = new WriteBehind({
      clock: options.clock,
      delayMs: FLUSH_DELAY_MS,
      maxDelayMs: FLUSH_DELAY_MAX_MS,
      maxWaiting: WAITING_MAX,
      retryMs: 2000,
      write: () => this.#write(),
      failed: (error) =>
        options.log.error({ error: errorText(error) }, 'what agents were given could not be written down'),
    });
  }

  /** Completes what a crash took. */
  start(): Promise<void> {
    return this.#options.store.complete();
  }

  /** `hash` is that of the content as it was made for the agent; `takenBack` the rollout whose roll back it is. */
  given({ uid, assignedAtMs, rolloutId, target }: Assignment<T>, hash: string, takenBack?: string): void {
    const cause = takenBack === undefined ? 'rollout' : 'rollback';
    const from = takenBack ?? rolloutId;
    const result = { result: null, error: null, resultAtMs: null };
    this.#put({ uid, assignedAtMs, cause, rolloutId: from, target, hash, ...result });
  }

  /** What the agent says of what it was given. */
  answered({ uid, assignedAtMs }: Assignment<T>, verdict: Verdict): void {
    if (verdict.kind !== 'applied' && verdict.kind !== 'failed') return;
    const error = verdict.kind === 'failed' ? verdict.reason : '';
    const resultAtMs = this.#options.clock.now();
    const known = this.#waiting.get(keyOf(uid, assignedAtMs));
    const given = known ?? { cause: null, rolloutId: null, target: null, hash: null };
    this.#put({ ...given, uid, assignedAtMs, result: verdict.kind, error, resultAtMs });
  }

  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  /** Entries of these agents that wait are not written. */
  forget(uids: readonly InstanceUid[]): void {
    const gone = new Set(uids);
    for (const uid of uids) this.#sincePrune.delete(uid);
    if (this.#waiting.size === 0) return;
    for (const [key, { uid }] of this.#waiting) if (gone.has(uid)) this.#waiting.delete(key);
  }

  #put(entry: AgentHistoryEntry<T>): void {
    const key = keyOf(entry.uid, entry.assignedAtMs);
    if (this.#waiting.size >= KEPT_WAITING_MAX && !this.#waiting.has(key)) return;
    if (!this.#waiting.has(key)) this.#writeBehind.mark();
    this.#waiting.set(key, entry);
  }

  async #write(): Promise<void> {
    while (this.#waiting.size > 0) {
      const taken = new Map<string, AgentHistoryEntry<T>>();
      for (const [key, entry] of this.#waiting) {
        if (taken.size >= BATCH) break;
        taken.set(key, entry);
        this.#waiting.delete(key);
      }
      try {
        await this.#options.store.save([...taken.values()]);
      } catch (error) {
        for (const [key, entry] of taken)
          this.#waiting.set(key, { ...entry, ...givenOf(this.#waiting.get(key)) });
        throw error;
      }
      await this.#prune([...taken.values()]);
    }
  }

  /** Cuts what may have grown over its bound by a quarter. */
  async #prune(written: readonly AgentHistoryEntry<T>[]): Promise<void> {
    const due: InstanceUid[] = [];
    for (const { uid } of written) {
      const count = (this.#sincePrune.get(uid) ?? 0) + 1;
      if (count >= ENTRIES_KEPT / 4) {
        this.#sincePrune.delete(uid);
        due.push(uid);
      } else this.#sincePrune.set(uid, count);
    }
    if (due.length > 0) await this.#options.store.prune(due, ENTRIES_KEPT);
  }
}

function keyOf(uid: InstanceUid, assignedAtMs: number): string {
  return `${uid} ${assignedAtMs}`;
}

/** What is known in an entry that came while an older one of the same key could not be written. */
function givenOf<T extends PinnedTarget>(
  entry: AgentHistoryEntry<T> | undefined,
): Partial<AgentHistoryEntry<T>> {
  if (entry === undefined) return {};
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
}
