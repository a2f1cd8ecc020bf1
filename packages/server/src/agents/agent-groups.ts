import type { AgentGroup, HealthState, Page, SyncState } from '@drover/api';
import { decodeCursor, encodeCursor, type PageRequest, parseSort } from '../lib/page.ts';
import type { SlotSet } from '../lib/slot-set.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { IndexField } from './agent-index.ts';
import { type AgentMatch, filterAgents } from './agent-list.ts';
import { requireSelectorKey, type SelectorKey, selectorOf } from './selector-text.ts';

const STATES = ['connected', 'stale', 'disconnected'] as const;
const HEALTHS: readonly HealthState[] = ['healthy', 'unhealthy', 'unknown'];
const SYNCS: readonly SyncState[] = ['none', 'in_sync', 'pending', 'failed'];

/** What has a word of its own in the console. */
const NAMED_KEYS: Readonly<Record<string, string>> = {
  type: 'attr:service.name',
  version: 'attr:service.version',
  host: 'attr:host.name',
};

type Counted = readonly [value: string, agents: number];

/**
 * The agents that the filter leaves, in groups of one value of a key; those that have none are the last group. Which
 * groups there are and how many agents each has is counted for all, the rest only for those of the page.
 * Throws `invalid_selector`, `invalid_request`, `invalid_sort`, `invalid_cursor`.
 */
export function groupsOf(
  fleet: AgentFleet,
  by: string,
  match: AgentMatch,
  request: PageRequest,
): Page<AgentGroup> {
  const key = requireSelectorKey(NAMED_KEYS[by] ?? by, '/by');
  const matching = filterAgents(fleet, match);
  const counts = fleet.index.countValuesWithin(key, matching);
  const { field, descending } = parseSort(request.sort, ['agents', 'value'] as const, {
    field: 'agents',
    descending: true,
  });
  const sign = descending ? -1 : 1;
  const compare = ([aValue, aAgents]: Counted, [bValue, bAgents]: Counted): number =>
    field === 'agents' && aAgents !== bAgents
      ? sign * (aAgents - bAgents)
      : (field === 'value' ? sign : 1) * (aValue < bValue ? -1 : aValue > bValue ? 1 : 0);
  const after = afterOf(request.cursor);
  const behind = [...counts].filter((each) => after === undefined || compare(each, after) > 0).sort(compare);
  const shown = behind.slice(0, request.limit);
  const rest = matching.count() - [...counts.values()].reduce((sum, agents) => sum + agents, 0);
  const hasRest = rest > 0 && behind.length < request.limit;
  const values: (string | null)[] = [...shown.map(([value]) => value), ...(hasRest ? [null] : [])];
  const last = shown.at(-1);
  const isEnd = behind.length <= request.limit && (rest === 0 || hasRest);
  return {
    items: values.map((value) => groupOf(fleet, key, value, matching)),
    nextCursor: isEnd || last === undefined ? null : encodeCursor([last[1], last[0]]),
    total: counts.size + (rest > 0 ? 1 : 0),
  };
}

function afterOf(cursor: string | undefined): Counted | undefined {
  if (cursor === undefined) return undefined;
  const [agents, value] = decodeCursor(cursor, 2);
  return [String(value), Number(agents)];
}

function groupOf(fleet: AgentFleet, key: SelectorKey, value: string | null, matching: SlotSet): AgentGroup {
  const operator = value === null ? ('absent' as const) : ('in' as const);
  const requirement = { ...key, operator, values: value === null ? [] : [value] };
  const selector = selectorOf(key, value);
  const agents = fleet.matching({ selector: { text: selector, requirements: [requirement] } }).copy();
  agents.keep(matching);
  const countBy = <K extends string>(field: IndexField, names: readonly K[]): Record<K, number> => {
    const found = new Map(fleet.index.countsWithin(field, agents));
    return Object.fromEntries(names.map((name) => [name, found.get(name) ?? 0])) as Record<K, number>;
  };
  return {
    value,
    selector,
    agents: agents.count(),
    state: countBy('state', STATES),
    health: countBy('health', HEALTHS),
    sync: countBy('sync', SYNCS),
  };
}
