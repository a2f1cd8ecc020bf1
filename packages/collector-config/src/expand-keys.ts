import {
  type ConfigMap,
  type ConfigValue,
  getOwn,
  isConfigList,
  isConfigMap,
  setOwn,
} from './config-data.ts';
import { MAX_DEPTH } from './depth.ts';

const SEPARATOR = '::';

/**
 * The same configuration without keys such as `receivers::otlp`, which a Collector takes for a map in a map, at every
 * depth outside of lists. Undefined where that would nest deeper than a configuration may. Where a key says the same as
 * a map beside it, the Collector's choice differs from run to run; here maps are joined, and of two values the later one
 * in the text holds.
 */
export function expandKeys(config: ConfigMap): ConfigMap | undefined {
  try {
    return expandMap(config, 0);
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

class TooDeep extends Error {}

function expandMap(map: ConfigMap, depth: number): ConfigMap {
  if (depth > MAX_DEPTH) throw new TooDeep();
  const expanded: { [key: string]: ConfigValue } = {};
  for (const [key, value] of Object.entries(map)) {
    const steps = key.includes(SEPARATOR) ? key.split(SEPARATOR, MAX_DEPTH + 2) : [key];
    if (depth + steps.length > MAX_DEPTH + 1) throw new TooDeep();
    const inner = expandValue(value, depth + steps.length);
    const [first = '', ...rest] = steps;
    const nested = rest.reduceRight<ConfigValue>((child, step) => {
      const parent: { [name: string]: ConfigValue } = {};
      setOwn(parent, step, child);
      return parent;
    }, inner);
    setOwn(expanded, first, join(getOwn(expanded, first), nested));
  }
  return expanded;
}

function expandValue(value: ConfigValue, depth: number): ConfigValue {
  return isConfigMap(value) && !isConfigList(value) ? expandMap(value, depth) : value;
}

function join(below: ConfigValue | undefined, above: ConfigValue): ConfigValue {
  if (!isConfigMap(below) || !isConfigMap(above)) return above;
  const joined: { [key: string]: ConfigValue } = {};
  for (const [key, value] of Object.entries(below)) setOwn(joined, key, value);
  for (const [key, value] of Object.entries(above)) setOwn(joined, key, join(getOwn(below, key), value));
  return joined;
}
