import { type SearchQuery, type SearchResult, searchIn } from '@drover/collector-config';
import { breathe } from '../lib/breathe.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { Slices } from '../lib/slices.ts';
import type { InstanceUid } from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFact } from './agent-fact.ts';
import type { AgentFleet } from './agent-fleet.ts';
import { type AgentMatch, filterAgents } from './agent-list.ts';
import type { AgentStore } from './agent-store.ts';
import type { PartsDecoder } from './agent-view.ts';
import { ContentBook } from './content-book.ts';
import {
  type EffectiveContent,
  effectiveContentOf,
  type ReadText,
  readHere,
  reportedKey,
} from './effective-content.ts';

export interface EffectiveContentsOptions {
  readonly fleet: AgentFleet;
  readonly store: Pick<AgentStore, 'effectiveConfigs'>;
  readonly decoder: PartsDecoder;
  readonly facts: Listeners<AgentFact>;
  readonly clock: Clock;
  readonly log: Log;
  /** Where it is left out, texts are read in this thread. */
  readonly readText?: ReadText | undefined;
  /** Of contents in memory, about; agents whose content is beyond that are not searched. 256 MiB. */
  readonly maxBytes?: number;
}

/** A content that a search found. */
export interface FoundContent {
  readonly content: EffectiveContent;
  /** Of those that the filter leaves. */
  readonly agents: number;
  /** For each file. */
  readonly results: readonly SearchResult[];
}

export interface EffectiveSearch {
  /** Those that most agents run first. */
  readonly found: readonly FoundContent[];
  /** Agents that the filter leaves whose content was looked at, that never reported one, and whose content is not known yet or is no more kept. */
  readonly agents: { readonly searched: number; readonly notReported: number; readonly notSearched: number };
  /** There were more contents than could be looked at in time. */
  readonly isTruncated: boolean;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** Agents report in bursts after a rollout. */
const DELAY_MS = 1000;
/**
 * Behind the reports it may take one part in so many of the time: where each agent runs another text, each takes
 * longer to read than its report. Texts that are known already are passed quickly, so that a usual fleet is never behind.
 */
const TIME_SHARE = 40;
const TURN_MS = 5;
const PAUSE_MS = 20;
const BATCH = 200;
/** Who searches waits this much of the time for what is not read yet; the rest is for looking at what is. */
const SETTLE_SHARE = 0.5;

/**
 * What agents say that they run, each content once. It is read behind their reports, and after a start from the database;
 * who searches waits for what is not read yet.
 */
export class EffectiveContents {
  readonly #options: EffectiveContentsOptions;
  readonly #book = new ContentBook();
  readonly #waiting = new Set<InstanceUid>();
  /** There is no room for their contents. */
  readonly #beyond = new Set<InstanceUid>();
  /** Their contents could not be read. */
  readonly #unreadable = new Set<InstanceUid>();
  #timer: Timer | undefined;
  #reading: Promise<boolean> | undefined;
  #isStopped = false;

  constructor(options: EffectiveContentsOptions) {
    this.#options = options;
    options.facts.subscribe((fact) => this.#heard(fact));
  }

  /** Call it when the fleet is loaded. */
  start(): void {
    for (const { record, hasStoredParts } of this.#options.fleet.entries())
      if (hasStoredParts && record.effectiveConfigAtMs !== null) this.#waiting.add(record.uid);
    this.#schedule(DELAY_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  get(hash: string): EffectiveContent | undefined {
    return this.#book.get(hash);
  }

  /** Agents of the content that the filter leaves, at most so many. */
  agentsOf(hash: string, match: AgentMatch, count: number): AgentEntry[] {
    const { fleet } = this.#options;
    const slots = filterAgents(fleet, { ...match, effective: [hash] });
    return slots.first(count).flatMap((slot) => fleet.at(slot) ?? []);
  }

  /**
   * Looks for the query in what the agents run that the filter leaves. Takes turns with other work; ends at `untilMs`
   * of `performance.now()` with what it has by then. Throws `invalid_selector`.
   */
  async search(
    query: SearchQuery,
    match: AgentMatch,
    { maxHits, untilMs }: { readonly maxHits: number; readonly untilMs: number },
  ): Promise<EffectiveSearch> {
    // A selector that does not parse is said before anything is waited for.
    const count = this.#counter(match);
    const nowMs = performance.now();
    await this.#settle(nowMs + (untilMs - nowMs) * SETTLE_SHARE);
    const slices = new Slices();
    const found: FoundContent[] = [];
    let unseen = 0;
    for (const content of this.#book.contents()) {
      await slices.turn();
      if (performance.now() > untilMs) {
        unseen += count(content.hash);
        continue;
      }
      const results = searchIn(
        content.files.map(({ text }) => text),
        query,
        maxHits,
      );
      if (results === undefined) continue;
      const agents = count(content.hash);
      if (agents > 0) found.push({ content, agents, results });
    }
    found.sort((a, b) => b.agents - a.agents || (a.content.hash < b.content.hash ? -1 : 1));
    const { searched, notSearched, notReported } = this.#countsOf(match);
    const agents = { searched: searched - unseen, notSearched: notSearched + unseen, notReported };
    return { found, agents, isTruncated: unseen > 0 };
  }

  /** How many of the agents that the filter leaves run a content. Holds while others have their turn. */
  #counter(match: AgentMatch): (hash: string) => number {
    const { fleet } = this.#options;
    let slots = filterAgents(fleet, match);
    return (hash) => {
      const running = fleet.matching({ effective: [hash] });
      if (running.size !== slots.size) slots = filterAgents(fleet, match);
      return running.keep(slots).count();
    };
  }

  #countsOf(match: AgentMatch): EffectiveSearch['agents'] {
    const { fleet } = this.#options;
    const all = filterAgents(fleet, match);
    const searched = fleet.index.keepHaving('effective', all).count();
    let notSearched = 0;
    for (const uids of [this.#waiting, this.#beyond, this.#unreadable])
      for (const uid of uids) {
        const entry = fleet.get(uid);
        if (entry !== undefined && entry.record.effectiveContent === null && all.has(entry.slot))
          notSearched += 1;
      }
    return { searched, notSearched, notReported: all.count() - searched - notSearched };
  }

  #heard(fact: AgentFact): void {
    const { uid } = fact.record;
    switch (fact.kind) {
      case 'effective_config':
        this.#waiting.add(uid);
        break;
      case 'renamed':
        this.#forget(fact.oldUid);
        this.#forget(uid);
        if (fact.record.effectiveConfigAtMs !== null) this.#waiting.add(uid);
        break;
      case 'removed':
        this.#forget(uid);
        break;
      default:
        return;
    }
    this.#schedule(DELAY_MS);
  }

  #forget(uid: InstanceUid): void {
    this.#waiting.delete(uid);
    this.#beyond.delete(uid);
    this.#unreadable.delete(uid);
    this.#book.remove(uid);
    this.#fillRoom();
  }

  /** One of those for whom there was no room is tried again where there is some. */
  #fillRoom(): void {
    const [uid] = this.#beyond;
    if (uid === undefined || !this.#hasRoom) return;
    this.#beyond.delete(uid);
    this.#waiting.add(uid);
  }

  get #hasRoom(): boolean {
    return this.#book.bytes < (this.#options.maxBytes ?? MAX_BYTES);
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped || this.#waiting.size === 0) return;
    this.#timer ??= this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      const startedMs = performance.now();
      void this.#read(TURN_MS).finally(() => {
        const tookMs = performance.now() - startedMs;
        this.#schedule(Math.max(PAUSE_MS, Math.round(tookMs * TIME_SHARE)));
      });
    });
  }

  async #settle(untilMs: number): Promise<void> {
    while (this.#waiting.size > 0 && performance.now() < untilMs) {
      // Where the database cannot be read, what is known is searched.
      if (!(await this.#read())) return;
      await breathe();
    }
  }

  /**
   * Reads some of those that wait, and begins with no other one after so long; false where it could not. Who asks while
   * that is being done waits for the same.
   */
  #read(turnMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    this.#reading ??= this.#readBatch(turnMs)
      .then(() => true)
      .catch((error: unknown) => {
        this.#options.log.error({ error: errorText(error) }, 'effective configurations could not be read');
        return false;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  async #readBatch(turnMs: number): Promise<void> {
    const { fleet, store } = this.#options;
    const batch: InstanceUid[] = [];
    for (const uid of this.#waiting) if (batch.push(uid) >= BATCH) break;
    for (const uid of batch) this.#waiting.delete(uid);
    const stored = batch.filter((uid) => fleet.get(uid)?.parts.effectiveConfig === undefined);
    let configs: ReadonlyMap<InstanceUid, Uint8Array>;
    try {
      configs = await store.effectiveConfigs(stored);
    } catch (error) {
      for (const uid of batch) this.#waiting.add(uid);
      throw error;
    }
    const slices = new Slices();
    const startedMs = performance.now();
    for (const uid of batch) {
      if (performance.now() - startedMs > turnMs) {
        this.#waiting.add(uid);
        continue;
      }
      await slices.turn();
      const entry = fleet.get(uid);
      if (entry !== undefined) await this.#take(entry, entry.parts.effectiveConfig ?? configs.get(uid));
    }
  }

  async #take(entry: AgentEntry, bytes: Uint8Array | undefined): Promise<void> {
    const { fleet, decoder, log } = this.#options;
    const { uid } = entry.record;
    const bodies = bytes && decoder.effectiveBodies?.(bytes);
    let effectiveContent: string | null = null;
    try {
      effectiveContent = await this.#contentOf(uid, bodies, () => fleet.get(uid) === entry);
    } catch (error) {
      // It is read again when the agent reports again: the same text would fail the same way.
      this.#book.remove(uid);
      this.#unreadable.add(uid);
      log.error(
        { agent: uid, error: errorText(error) },
        'effective configuration could not be read for searches',
      );
    }
    this.#fillRoom();
    if (fleet.get(uid) === entry && entry.record.effectiveContent !== effectiveContent)
      fleet.replace(entry, { ...entry.record, effectiveContent });
  }

  /** The hash of what the agent runs; null where that is not known or there is no room for it. */
  async #contentOf(
    uid: InstanceUid,
    bodies: ReadonlyMap<string, string> | undefined,
    isThere: () => boolean,
  ): Promise<string | null> {
    this.#beyond.delete(uid);
    this.#unreadable.delete(uid);
    if (bodies === undefined) {
      this.#book.remove(uid);
      return null;
    }
    const key = reportedKey(bodies, uid);
    const known = this.#book.contentOf(key);
    if (known === undefined && !this.#hasRoom) {
      this.#book.remove(uid);
      this.#beyond.add(uid);
      return null;
    }
    const { readText = readHere } = this.#options;
    const content = known ?? (await effectiveContentOf(bodies, uid, readText));
    // The agent may have been forgotten meanwhile.
    return isThere() ? this.#book.put(uid, key, content) : null;
  }
}
