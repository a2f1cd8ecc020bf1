import {
  type ConfigMap,
  type ConfigPath,
  type ConfigValue,
  getOwn,
  isConfigList,
  isConfigMap,
  setOwn,
} from './config-data.ts';

export type MergeOptions = {
  /**
   * Lists that are joined instead of replaced: each entry once, in the order of first sight. The upstream supervisor
   * does so with `service::extensions`.
   */
  readonly unionLists?: readonly ConfigPath[];
};

/** The path that supervisors give to `unionLists`. */
export const SERVICE_EXTENSIONS: ConfigPath = ['service', 'extensions'];

/**
 * One configuration out of several layers, by the Collector's rules for several `--config`: later layers win, maps are
 * merged key by key at every depth, lists and single values (also empty ones) are replaced. The layers stay as they are.
 */
export function mergeConfigs(layers: readonly ConfigMap[], options: MergeOptions = {}): ConfigMap {
  const unions = new Set((options.unionLists ?? []).map((path) => JSON.stringify(path)));
  return layers.reduce<ConfigMap>((merged, layer) => mergeMaps(merged, layer, [], unions), {});
}

function mergeMaps(
  below: ConfigMap,
  above: ConfigMap,
  path: ConfigPath,
  unions: ReadonlySet<string>,
): ConfigMap {
  const merged: { [key: string]: ConfigValue } = {};
  for (const [key, value] of Object.entries(below)) setOwn(merged, key, value);
  for (const [key, value] of Object.entries(above)) {
    setOwn(merged, key, mergeValues(getOwn(below, key), value, [...path, key], unions));
  }
  return merged;
}

function mergeValues(
  below: ConfigValue | undefined,
  above: ConfigValue,
  path: ConfigPath,
  unions: ReadonlySet<string>,
): ConfigValue {
  if (isConfigMap(below) && isConfigMap(above)) return mergeMaps(below, above, path, unions);
  if (isConfigList(below) && isConfigList(above) && unions.has(JSON.stringify(path))) {
    return [...new Set([...below, ...above])];
  }
  return above;
}
