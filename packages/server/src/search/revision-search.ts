import { type Searchable, type SearchQuery, type SearchResult, searchIn } from '@drover/collector-config';
import { type ReadText, readHere } from '../agents/effective-content.ts';
import type { RevisionInfo } from '../configs/config.ts';
import type { ConfigStore } from '../configs/config-store.ts';
import { Slices } from '../lib/slices.ts';

/** A revision that a search found. */
export interface FoundRevision {
  readonly name: string;
  readonly number: number;
  readonly isNewest: boolean;
  readonly result: SearchResult;
}

export interface RevisionsFound {
  readonly found: readonly FoundRevision[];
  /** How many were looked at. */
  readonly searched: number;
  readonly isTruncated: boolean;
}

const PAGE = 200;
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
const NOTHING: SearchResult = { hits: [], lines: 0 };

/** Looks into configurations; what was read once is kept for the next search, as far as there is room. */
export class RevisionSearch {
  readonly #store: ConfigStore;
  readonly #readText: ReadText;
  /** By the revision's hash; the one that was used longest ago first. */
  readonly #kept = new Map<string, Searchable>();
  #keptBytes = 0;

  constructor(store: ConfigStore, readText: ReadText = readHere) {
    this.#store = store;
    this.#readText = readText;
  }

  /** Takes turns with other work; ends at `untilMs` of `performance.now()` with what it has by then. */
  async search(
    query: SearchQuery,
    {
      all,
      maxHits,
      maxFound,
      untilMs,
    }: {
      readonly all: boolean;
      readonly maxHits: number;
      readonly maxFound: number;
      readonly untilMs: number;
    },
  ): Promise<RevisionsFound> {
    const slices = new Slices();
    const found: FoundRevision[] = [];
    let searched = 0;
    for await (const { info, isNewest } of this.#infos(all)) {
      if (performance.now() > untilMs || found.length >= maxFound)
        return { found, searched, isTruncated: true };
      const text = await this.#searchable(info);
      if (text === undefined) continue;
      await slices.turn();
      searched += 1;
      const results = searchIn([text], query, maxHits);
      if (results === undefined) continue;
      found.push({ name: info.name, number: info.number, isNewest, result: results[0] ?? NOTHING });
    }
    return { found, searched, isTruncated: false };
  }

  async *#infos(all: boolean): AsyncGenerator<{ readonly info: RevisionInfo; readonly isNewest: boolean }> {
    let afterName: string | undefined;
    for (;;) {
      const configs = await this.#store.list(PAGE, afterName, false);
      for (const { name, latest } of configs) {
        yield { info: latest, isNewest: true };
        if (all) yield* this.#older(name, latest.number);
      }
      if (configs.length < PAGE) return;
      afterName = configs.at(-1)?.name;
    }
  }

  async *#older(name: string, newest: number): AsyncGenerator<{ info: RevisionInfo; isNewest: boolean }> {
    let before = newest;
    for (;;) {
      const revisions = await this.#store.revisions(name, PAGE, before);
      for (const info of revisions) yield { info, isNewest: false };
      if (revisions.length < PAGE) return;
      before = revisions.at(-1)?.number ?? 0;
    }
  }

  /** Undefined where the revision was removed meanwhile. */
  async #searchable({ name, number, hash }: RevisionInfo): Promise<Searchable | undefined> {
    const kept = this.#kept.get(hash);
    if (kept !== undefined) {
      this.#kept.delete(hash);
      this.#kept.set(hash, kept);
      return kept;
    }
    const revision = await this.#store.revision(name, number);
    if (revision === undefined) return undefined;
    const read = await this.#readText(revision.body, { isText: revision.format !== 'collector' });
    if (!this.#kept.has(hash)) this.#keptBytes += read.bytes;
    this.#kept.set(hash, read);
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes;
    }
    return read;
  }
}
