import {
  AGENT_SORT_FIELDS,
  type AgentFilter,
  type ConnectionState,
  type HealthState,
  type Page,
} from '@drover/api';
import { nthSmallest } from '../lib/nth-smallest.ts';
import { type CursorPart, decodeCursor, encodeCursor, type PageRequest, parseSort } from '../lib/page.ts';
import type { SlotSet } from '../lib/slot-set.ts';
import { sortInSlices } from '../lib/sort-in-slices.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { OrderedField } from './agent-order.ts';
import { requireSelector } from './selector.ts';

export type AgentSortField = (typeof AGENT_SORT_FIELDS)[number];
/** What an agent list is narrowed by; a search (`runs`) has become names of contents by then. */
export type AgentMatch = Omit<AgentFilter, 'runs'>;
type SortKeyOf = (entry: AgentEntry) => number;

const STATE_ORDER: Readonly<Record<ConnectionState, number>> = { connected: 0, stale: 1, disconnected: 2 };
const HEALTH_ORDER: Readonly<Record<HealthState, number>> = { unhealthy: 0, unknown: 1, healthy: 2 };

const NUMBER_KEYS = {
  lastMessageAt: ({ lastMessageAtMs }) => lastMessageAtMs,
  since: ({ record }) => record.connection.sinceMs,
  state: ({ record }) => STATE_ORDER[record.connection.state],
  health: ({ record }) => HEALTH_ORDER[record.health.state],
} as const satisfies Readonly<Record<Exclude<AgentSortField, OrderedField>, SortKeyOf>>;

const BY_NAME = { field: 'name', descending: false } as const;

/** The agents that a filter leaves. Throws `invalid_selector`. Do not change the result. */
export function filterAgents(fleet: AgentFleet, filter: AgentMatch): SlotSet {
  const { q, selector, ...fields } = filter;
  const parsed = selector === undefined || selector === '' ? undefined : requireSelector(selector);
  const matching = fleet.matching({ ...fields, selector: parsed });
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? matching : fleet.having(words, matching);
}

/** One page of the agents that the filter leaves, in order; ties go by uid. */
export function pageOfAgents(fleet: AgentFleet, filter: AgentMatch, request: PageRequest): Page<AgentEntry> {
  const { field, descending } = parseSort(request.sort, AGENT_SORT_FIELDS, BY_NAME);
  const matching = filterAgents(fleet, filter);
  const [key, uid] = request.cursor === undefined ? [] : decodeCursor(request.cursor, 2);
  const after = key === undefined || uid === undefined ? undefined : { key, uid: String(uid) };
  const limit = request.limit + 1;
  const found =
    field in NUMBER_KEYS
      ? byNumber(fleet, matching, NUMBER_KEYS[field as keyof typeof NUMBER_KEYS], descending, limit, after)
      : byText(fleet, matching, field as OrderedField, descending, limit, after);
  const items = found.slice(0, request.limit);
  const last = items.at(-1);
  const nextCursor =
    found.length > request.limit && last !== undefined ? encodeCursor([last.key, last.uid]) : null;
  return { items: items.map(({ entry }) => entry), nextCursor, total: matching.count() };
}

/**
 * All agents that the filter leaves, each once, in the order that holds now: the same as of the pages, whatever changes
 * while somebody goes through them. Throws `invalid_selector`, `invalid_sort`.
 */
export async function allAgents(
  fleet: AgentFleet,
  filter: AgentMatch,
  sort: string | undefined,
): Promise<readonly AgentEntry[]> {
  const { field, descending } = parseSort(sort, AGENT_SORT_FIELDS, BY_NAME);
  const matching = filterAgents(fleet, filter);
  if (!(field in NUMBER_KEYS)) {
    const all = byText(
      fleet,
      matching,
      field as OrderedField,
      descending,
      Number.POSITIVE_INFINITY,
      undefined,
    );
    return all.map(({ entry }) => entry);
  }
  const keyOf = NUMBER_KEYS[field as keyof typeof NUMBER_KEYS];
  const sign = descending ? -1 : 1;
  const entries: AgentEntry[] = [];
  matching.forEach((slot) => {
    const entry = fleet.at(slot);
    if (entry !== undefined) entries.push(entry);
  });
  // They change while others have their turn.
  const keys = Float64Array.from(entries, (entry) => sign * keyOf(entry));
  const uids = entries.map(({ record }) => record.uid);
  const uidOf = (at: number): string => uids[at] ?? '';
  const sorted = await sortInSlices(
    entries.length,
    (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || (uidOf(a) < uidOf(b) ? -1 : 1),
  );
  return Array.from(sorted, (at) => entries[at]).filter((entry) => entry !== undefined);
}

/**
 * Numbers change with each message, so their order is not kept: one look at each match finds up to which number the
 * page goes, and only what is within that is compared. Else a list by the last message, which comes in its own order,
 * would move a place for each agent.
 */
function byNumber(
  fleet: AgentFleet,
  matching: SlotSet,
  keyOf: SortKeyOf,
  descending: boolean,
  limit: number,
  after: Place | undefined,
): Candidate[] {
  const sign = descending ? -1 : 1;
  const first = after === undefined ? Number.NEGATIVE_INFINITY : sign * Number(after.key);
  const keys = new Float64Array(matching.count());
  let count = 0;
  matching.forEach((slot) => {
    const entry = fleet.at(slot);
    if (entry === undefined) return;
    const key = sign * keyOf(entry);
    if (key >= first) keys[count++] = key;
  });
  // Of those at the cursor's own number some may stand before it, which then are no part of the page.
  const atCursor = after === undefined ? 0 : equal(keys.subarray(0, count), first);
  const place = limit + atCursor;
  const last = count <= place ? Number.POSITIVE_INFINITY : nthSmallest(keys.subarray(0, count), place - 1);
  const best = new BestOf(limit, keyOf, descending, after);
  matching.forEach((slot) => {
    const entry = fleet.at(slot);
    if (entry === undefined) return;
    const key = sign * keyOf(entry);
    if (key >= first && key <= last) best.offer(entry);
  });
  return best.sorted();
}

function equal(values: Float64Array, wanted: number): number {
  let count = 0;
  for (const value of values) if (value === wanted) count++;
  return count;
}

/** Walks the order that the fleet keeps, from the cursor on. */
function byText(
  fleet: AgentFleet,
  matching: SlotSet,
  field: OrderedField,
  descending: boolean,
  limit: number,
  after: Place | undefined,
): Candidate[] {
  const { order, slots } = fleet.order(field);
  const place = after && { key: String(after.key), uid: after.uid };
  const step = descending ? -1 : 1;
  const first = descending ? slots.length - 1 : 0;
  const start = place === undefined ? first : order.rank(slots, place, !descending) + (descending ? -1 : 0);
  const found: Candidate[] = [];
  for (let at = start; at >= 0 && at < slots.length && found.length < limit; at += step) {
    const slot = slots[at] ?? 0;
    if (!matching.has(slot)) continue;
    const entry = fleet.at(slot);
    if (entry !== undefined) found.push({ entry, key: entry.texts[field], uid: entry.record.uid });
  }
  return found;
}

interface Place {
  readonly key: CursorPart;
  readonly uid: string;
}
interface Candidate extends Place {
  readonly entry: AgentEntry;
}

/** Keeps the first `limit` in order of all that it is offered, in a heap with the worst on top: most are refused by one comparison. */
class BestOf {
  readonly #limit: number;
  readonly #keyOf: SortKeyOf;
  readonly #sign: number;
  readonly #after: Place | undefined;
  readonly #heap: Candidate[] = [];

  constructor(limit: number, keyOf: SortKeyOf, descending: boolean, after: Place | undefined) {
    this.#limit = limit;
    this.#keyOf = keyOf;
    this.#sign = descending ? -1 : 1;
    this.#after = after;
  }

  offer(entry: AgentEntry): void {
    const key = this.#keyOf(entry);
    const { uid } = entry.record;
    const worst = this.#heap.length < this.#limit ? undefined : this.#heap[0];
    if (worst !== undefined && this.#compare(key, uid, worst.key, worst.uid) >= 0) return;
    if (this.#after !== undefined && this.#compare(key, uid, this.#after.key, this.#after.uid) <= 0) return;
    if (worst === undefined) {
      this.#heap.push({ entry, key, uid });
      this.#rise();
    } else {
      this.#heap[0] = { entry, key, uid };
      this.#sink();
    }
  }

  sorted(): Candidate[] {
    return this.#heap.toSorted((a, b) => this.#compare(a.key, a.uid, b.key, b.uid));
  }

  #compare(aKey: CursorPart, aUid: string, bKey: CursorPart, bUid: string): number {
    if (aKey !== bKey) return (aKey < bKey ? -1 : 1) * this.#sign;
    return aUid < bUid ? -1 : aUid > bUid ? 1 : 0;
  }

  #isWorse(a: number, b: number): boolean {
    const x = this.#heap[a];
    const y = this.#heap[b];
    return x !== undefined && y !== undefined && this.#compare(x.key, x.uid, y.key, y.uid) > 0;
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a];
    const y = this.#heap[b];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }

  #rise(): void {
    let at = this.#heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (this.#isWorse(child, worst)) worst = child;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }
}
