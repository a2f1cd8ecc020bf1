import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { WriteBehind } from '../lib/write-behind.ts';
import type { InstanceUid, ReportedParts } from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { AgentStore, StoredAgent, StoredParts } from './agent-store.ts';

export interface AgentWriterOptions {
  readonly fleet: AgentFleet;
  readonly store: AgentStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** An agent that says two things shortly after each other, as in a rollout, is written once. */
const FLUSH_DELAY_MS = 500;
const FLUSH_DELAY_MAX_MS = 3000;
/** So many agents are written without waiting longer. */
const WAITING_MAX = 50_000;
const BATCH = 1000;

interface Dirty {
  /** Parts to be written beside the record. */
  parts: ReportedParts | undefined;
}

/** Writes the durable part of agents behind their messages: coalesced for each agent, in batches, one flush at a time. */
export class AgentWriter {
  readonly #options: AgentWriterOptions;
  readonly #writeBehind: WriteBehind;
  readonly #dirty = new Map<InstanceUid, Dirty>();

  constructor(options: AgentWriterOptions) {
    this.#options = options;
    this.#writeBehind = new WriteBehind({
      clock: options.clock,
      delayMs: FLUSH_DELAY_MS,
      maxDelayMs: FLUSH_DELAY_MAX_MS,
      maxWaiting: WAITING_MAX,
      retryMs: 2000,
      write: () => this.#write(),
      failed: (error) =>
        options.log.error(
          { error: errorText(error), agents: this.#dirty.size },
          'agents could not be written',
        ),
    });
  }

  mark(uid: InstanceUid, parts?: ReportedParts): void {
    const dirty = this.#dirty.get(uid);
    if (dirty === undefined) this.#dirty.set(uid, { parts });
    else if (parts !== undefined)
      dirty.parts = dirty.parts === undefined ? parts : { ...dirty.parts, ...parts };
    if (dirty === undefined) this.#writeBehind.mark();
  }

  /** Resolves when everything marked so far is on disk; rejects when it could not be written. */
  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  discard(uid: InstanceUid): void {
    this.#dirty.delete(uid);
  }

  rename(oldUid: InstanceUid, newUid: InstanceUid): void {
    const dirty = this.#dirty.get(oldUid);
    if (dirty === undefined) return;
    this.#dirty.delete(oldUid);
    this.#dirty.set(newUid, dirty);
  }

  /** Writes what waits now. What is marked meanwhile waits for the next time, so that batches stay large under load. */
  async #write(): Promise<void> {
    const { fleet, store } = this.#options;
    let left = this.#dirty.size;
    while (left > 0 && this.#dirty.size > 0) {
      const taken = new Map<InstanceUid, Dirty>();
      const agents: StoredAgent[] = [];
      const parts: StoredParts[] = [];
      for (const [uid, dirty] of this.#dirty) {
        if (taken.size >= BATCH || left === 0) break;
        left -= 1;
        this.#dirty.delete(uid);
        const entry = fleet.get(uid);
        if (entry === undefined) continue;
        taken.set(uid, dirty);
        agents.push(storedAgentOf(entry));
        if (dirty.parts !== undefined) parts.push({ uid, parts: dirty.parts });
      }
      try {
        await store.saveReported(agents, parts);
      } catch (error) {
        this.#giveBack(taken);
        throw error;
      }
    }
  }

  /** What was marked again meanwhile is newer. */
  #giveBack(taken: ReadonlyMap<InstanceUid, Dirty>): void {
    for (const [uid, { parts }] of taken) {
      const newer = this.#dirty.get(uid);
      if (newer === undefined) this.#dirty.set(uid, { parts });
      else if (parts !== undefined) newer.parts = { ...parts, ...newer.parts };
    }
  }
}

export function storedAgentOf({ record, sequenceNum, lastMessageAtMs }: AgentEntry): StoredAgent {
  return {
    ...record,
    transport: record.connection.transport,
    remoteAddress: record.connection.remoteAddress,
    sequenceNum,
    lastMessageAtMs,
  };
}
