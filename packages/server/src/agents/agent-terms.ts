import type { AgentKey, AgentKeyList, AgentValue, AgentValueList } from '@drover/api';
import type { AgentFleet } from './agent-fleet.ts';
import { requireSelectorKey } from './selector-text.ts';

/** So many keys or values are looked at, at most; of more than these only what starts with the text is found. */
const LOOKED_AT_MAX = 1000;

export interface AgentTermQuery {
  /** What stands at the start of what is found, else within it; without regard to case. */
  readonly q?: string | undefined;
  readonly limit: number;
}

/** Keys of labels and attributes that contain the text; those that start with it first, then those that most agents have. */
export function keysOf(fleet: AgentFleet, { q = '', limit }: AgentTermQuery): AgentKeyList {
  const starting = fleet.index.keysStartingWith(q, LOOKED_AT_MAX);
  const all = q === '' ? starting : fleet.index.keysStartingWith('', LOOKED_AT_MAX);
  const nameOf = ({ source, key }: AgentKey): string => `${source} ${key}`;
  const known = new Set(starting.keys.map(nameOf));
  const within = all.keys.filter((key) => !known.has(nameOf(key)) && contains(key.key, q));
  const found = [starting.keys, within].flatMap((keys) => keys.toSorted(byAgents(({ key }) => key)));
  return { items: found.slice(0, limit), hasMore: found.length > limit || starting.total > LOOKED_AT_MAX };
}

/** Values of a key as `keysOf` finds keys. Throws `invalid_selector`, `invalid_request`. */
export function valuesOf(
  fleet: AgentFleet,
  keyText: string,
  { q = '', limit }: AgentTermQuery,
): AgentValueList {
  const key = requireSelectorKey(keyText, '/key');
  const starting = fleet.index.valuesStartingWith(key, q, LOOKED_AT_MAX);
  const all = q === '' ? starting : fleet.index.valuesStartingWith(key, '', LOOKED_AT_MAX);
  const known = new Set(starting.values);
  const within = all.values.filter((value) => !known.has(value) && contains(value, q));
  const everyone = fleet.matching({});
  const counted = [starting.values, within].flatMap((values) =>
    values
      .map((value): AgentValue => ({ value, agents: fleet.index.countValue(key, value, everyone) }))
      .filter(({ agents }) => agents > 0)
      .sort(byAgents(({ value }) => value)),
  );
  return {
    items: counted.slice(0, limit),
    hasMore: counted.length > limit || starting.total > LOOKED_AT_MAX,
  };
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** Most agents first, then by name. */
function byAgents<T extends { readonly agents: number }>(textOf: (item: T) => string) {
  return (a: T, b: T): number => b.agents - a.agents || (textOf(a) < textOf(b) ? -1 : 1);
}
