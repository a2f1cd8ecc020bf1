import type { ConfigFound, EffectiveFound, SearchPage, SearchQuery as SearchRequest } from '@drover/api';
import { parseSearch, type SearchQuery, type SearchResult } from '@drover/collector-config';
import { displayNameOf } from '../agents/agent.ts';
import type { AgentMatch } from '../agents/agent-list.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { FoundContent } from '../agents/effective-contents.ts';
import { DomainError } from '../lib/errors.ts';
import { type CursorPart, decodeCursor, encodeCursor } from '../lib/page.ts';
import { Slices } from '../lib/slices.ts';
import type { FoundRevision, RevisionSearch } from './revision-search.ts';

export interface SearchServiceOptions {
  readonly agents: AgentService;
  readonly revisions: RevisionSearch;
  /** A search ends with what it has by then. */
  readonly maxMs?: number;
}

type Found =
  | { readonly kind: 'config'; readonly revision: FoundRevision }
  | { readonly kind: 'effective'; readonly content: FoundContent };

const MAX_MS = 5000;
const MAX_HITS = 20;
const MAX_FOUND = 5000;
const SAMPLES = 5;
const RETRY_AFTER_SECONDS = 5;

/** Searches in configurations and in what agents say that they run. */
export class SearchService {
  readonly #options: SearchServiceOptions;

  constructor(options: SearchServiceOptions) {
    this.#options = options;
  }

  /** Throws `invalid_search`, `invalid_selector`, `invalid_cursor`. */
  async search({
    q,
    in: where = 'all',
    revisions: which,
    selector,
    limit,
    cursor,
  }: SearchRequest & { readonly limit: number }): Promise<SearchPage> {
    const query = requireSearch(q, '/q');
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 3);
    const { agents, revisions, maxMs = MAX_MS } = this.#options;
    const match: AgentMatch = selector === undefined ? {} : { selector };
    const bounds = { maxHits: MAX_HITS, maxFound: MAX_FOUND, untilMs: performance.now() + maxMs };
    const configs =
      where === 'effective' ? undefined : await revisions.search(query, { ...bounds, all: which === 'all' });
    const effective = where === 'configs' ? undefined : await agents.effective.search(query, match, bounds);
    const found: Found[] = [
      ...(configs?.found ?? []).map((revision) => ({ kind: 'config', revision }) as const),
      ...(effective?.found ?? []).map((content) => ({ kind: 'effective', content }) as const),
    ].sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
    const from = after === undefined ? 0 : found.findIndex((each) => comparePlaces(placeOf(each), after) > 0);
    const start = from === -1 ? found.length : from;
    const shown = found.slice(start, start + limit);
    const last = shown.at(-1);
    const matched = effective?.found.reduce((sum, content) => sum + content.agents, 0) ?? 0;
    const notSearched = effective?.agents.notSearched ?? 0;
    return {
      items: await this.#views(shown, match),
      nextCursor:
        last !== undefined && start + shown.length < found.length ? encodeCursor(placeOf(last)) : null,
      total: found.length,
      agents: effective === undefined ? null : { matched, ...effective.agents },
      configs: configs === undefined ? null : { searched: configs.searched },
      isTruncated: configs?.isTruncated === true || effective?.isTruncated === true || notSearched > 0,
    };
  }

  /** The contents that the search finds. Throws `invalid_search`, and `search_incomplete` where they cannot be told in time. */
  async contentsOf(text: string): Promise<readonly string[]> {
    const query = requireSearch(text, '/runs');
    const { agents, maxMs = MAX_MS } = this.#options;
    const bounds = { maxHits: 0, untilMs: performance.now() + maxMs };
    const { found, isTruncated, agents: counts } = await agents.effective.search(query, {}, bounds);
    if (isTruncated || counts.notSearched > 0)
      throw new DomainError(
        'search_incomplete',
        `what ${counts.notSearched} agents run is not searched: it is still being read, or there is more of it than is kept; try again soon, or see /search for what is known`,
        { facts: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
      );
    return found.map(({ content }) => content.hash);
  }

  async #views(found: readonly Found[], match: AgentMatch): Promise<(ConfigFound | EffectiveFound)[]> {
    const { agents } = this.#options;
    const views: (ConfigFound | EffectiveFound)[] = [];
    let counts: { readonly name: string; readonly byRevision: ReadonlyMap<number, number> } | undefined;
    const slices = new Slices();
    for (const each of found) {
      await slices.turn();
      if (each.kind === 'effective') {
        views.push(this.#effectiveView(each.content, match));
        continue;
      }
      const { name, number, isNewest, result } = each.revision;
      if (counts?.name !== name) counts = { name, byRevision: agents.countRevisions(name, match) };
      const count = counts.byRevision.get(number) ?? 0;
      views.push({ kind: 'config', name, revision: number, isNewest, agents: count, ...linesOf(result) });
    }
    return views;
  }

  #effectiveView({ content, agents: count, results }: FoundContent, match: AgentMatch): EffectiveFound {
    const sample = this.#options.agents.effective
      .agentsOf(content.hash, match, SAMPLES)
      .map(({ record }) => ({
        instanceUid: record.uid,
        displayName: displayNameOf(record),
        state: record.connection.state,
        health: record.health.state,
      }));
    const files = content.files.flatMap(({ name }, place) => {
      const result = results[place];
      return result === undefined ? [] : [{ name, ...linesOf(result) }];
    });
    return { kind: 'effective', content: content.hash, agents: count, sample, files };
  }
}

function requireSearch(text: string, pointer: string): SearchQuery {
  const parsed = parseSearch(text);
  if (parsed.kind === 'query') return parsed.query;
  const { column, message } = parsed;
  throw new DomainError('invalid_search', `the search cannot be read: column ${column}: ${message}`, {
    errors: [{ pointer, line: 1, column, detail: message }],
  });
}

/** Configurations by name, the newest revision first; then contents, those that most agents run first. */
function placeOf(found: Found): readonly CursorPart[] {
  if (found.kind === 'effective') return [1, -found.content.agents, found.content.content.hash];
  return [0, found.revision.name, -found.revision.number];
}

function comparePlaces(a: readonly CursorPart[], b: readonly CursorPart[]): number {
  for (const [at, part] of a.entries()) {
    const other = b[at] ?? '';
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}

function linesOf({ lines, hits }: SearchResult): Pick<ConfigFound, 'lines' | 'hits'> {
  return {
    lines,
    hits: hits.map(({ path, marks, ...hit }) => ({
      ...hit,
      path: path.join('::'),
      marks: marks.map(([start, end]): [number, number] => [start, end]),
    })),
  };
}
