import type { AgentEvent, AgentEventKind, JsonValue, Page } from '@drover/api';
import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import { WriteBehind } from '../lib/write-behind.ts';
import type { InstanceUid } from './agent.ts';
import type { AgentStore, NewAgentEvent } from './agent-store.ts';

export interface AgentTimelineOptions {
  readonly store: AgentStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Events kept for each agent. */
  readonly eventsKept: number;
}

/** While the database is slow or away so many events wait; more are dropped, and counted. */
const WAITING_MAX = 200_000;
const DETAIL_MAX_CHARS = 2000;
const BATCH = 1000;
/** Events that come together are written together, after the last of them. */
const FLUSH_DELAY_MS = 500;
const FLUSH_DELAY_MAX_MS = 3000;
/** So many events are written without waiting longer. */
const FLUSH_AT = 50_000;

/** What happened to each agent, bounded, written in batches. */
export class AgentTimeline {
  readonly #options: AgentTimelineOptions;
  readonly #writeBehind: WriteBehind;
  /** Events written since the agent's timeline was last cut. */
  readonly #sincePrune = new Map<InstanceUid, number>();
  #waiting: NewAgentEvent[] = [];
  /** Of those that wait: that an agent began to apply something, as long as nothing is said of what became of it. */
  readonly #applying = new Map<InstanceUid, NewAgentEvent>();
  readonly #needless = new Set<NewAgentEvent>();
  #dropped = 0;

  constructor(options: AgentTimelineOptions) {
    this.#options = options;
    this.#writeBehind = new WriteBehind({
      clock: options.clock,
      delayMs: FLUSH_DELAY_MS,
      maxDelayMs: FLUSH_DELAY_MAX_MS,
      maxWaiting: FLUSH_AT,
      retryMs: 2000,
      write: () => this.#write(),
      failed: (error) =>
        options.log.error({ error: errorText(error) }, 'events of agents could not be written'),
    });
  }

  /** Events that were dropped because the database did not take them. */
  get dropped(): number {
    return this.#dropped;
  }

  add(
    uid: InstanceUid,
    kind: AgentEventKind,
    detail: string,
    data: Readonly<Record<string, JsonValue>> = {},
  ): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#dropped += 1;
      return;
    }
    const atMs = this.#options.clock.now();
    const event = { uid, atMs, kind, detail: detail.slice(0, DETAIL_MAX_CHARS), data };
    this.#waiting.push(event);
    this.#leaveOut(event);
    this.#writeBehind.mark();
  }

  /** Newest first; of these kinds, or of all. */
  async page(
    uid: InstanceUid,
    { limit, cursor }: PageRequest,
    kinds?: readonly AgentEventKind[],
  ): Promise<Page<AgentEvent>> {
    const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    await this.flush();
    const { store, eventsKept } = this.#options;
    const [count, found] = await Promise.all([
      store.countEvents(uid, kinds),
      store.events(uid, limit + 1, beforeId === undefined ? undefined : Number(beforeId), kinds),
    ]);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(({ id, atMs, kind, detail, data }) => ({
        id,
        at: timeText(atMs),
        kind,
        detail,
        data,
      })),
      nextCursor: found.length > limit && last !== undefined ? encodeCursor([last.id]) : null,
      total: Math.min(count, Math.max(eventsKept, items.length)),
    };
  }

  /** What an agent has applied, or failed on, before it was written that it is applying it needs no event for that. */
  #leaveOut(event: NewAgentEvent): void {
    const { uid, kind, data } = event;
    if (kind === 'config_applying') {
      this.#applying.set(uid, event);
      return;
    }
    if (kind !== 'config_applied' && kind !== 'config_failed') return;
    const began = this.#applying.get(uid);
    if (began === undefined) return;
    if (began.data.hash === data.hash) this.#needless.add(began);
    this.#applying.delete(uid);
  }

  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  /** Events of these agents that wait are not written. */
  forget(uids: ReadonlySet<InstanceUid>): void {
    this.#waiting = this.#waiting.filter(({ uid }) => !uids.has(uid));
    for (const uid of uids) {
      this.#sincePrune.delete(uid);
      this.#applying.delete(uid);
    }
  }

  rename(oldUid: InstanceUid, newUid: InstanceUid): void {
    this.#applying.delete(oldUid);
    this.#waiting = this.#waiting.map((event) => (event.uid === oldUid ? { ...event, uid: newUid } : event));
  }

  async #write(): Promise<void> {
    const taken =
      this.#needless.size === 0 ? this.#waiting : this.#waiting.filter((event) => !this.#needless.has(event));
    this.#waiting = [];
    this.#applying.clear();
    this.#needless.clear();
    for (let at = 0; at < taken.length; at += BATCH) {
      const batch = taken.slice(at, at + BATCH);
      try {
        await this.#options.store.addEvents(batch);
      } catch (error) {
        this.#waiting = [...taken.slice(at), ...this.#waiting].slice(0, WAITING_MAX);
        throw error;
      }
      await this.#prune(batch);
    }
  }

  /** Cuts the timelines that may have grown over their bound by a quarter. */
  async #prune(written: readonly NewAgentEvent[]): Promise<void> {
    const { eventsKept, store } = this.#options;
    const due: InstanceUid[] = [];
    for (const { uid } of written) {
      const count = (this.#sincePrune.get(uid) ?? 0) + 1;
      this.#sincePrune.set(uid, count);
      if (count >= Math.max(1, eventsKept / 4)) {
        this.#sincePrune.set(uid, 0);
        due.push(uid);
      }
    }
    if (due.length > 0) await store.pruneEvents(due, eventsKept);
  }
}
