/**
 * A Collector configuration as plain data. Whole numbers that a JavaScript number cannot hold exactly are bigints, so
 * that reading and writing never changes a value (JSON.stringify refuses them: use `stringifyConfig`).
 */
export type ConfigValue = null | boolean | number | bigint | string | readonly ConfigValue[] | ConfigMap;

/** A map of a configuration. Keys come from outside: read them with `getOwn` or `Object.keys`. */
export type ConfigMap = { readonly [key: string]: ConfigValue };

/** A way into a configuration: map keys and list places. */
export type ConfigPath = readonly (string | number)[];

/** True for a map (not null, not a list). */
export function isConfigMap(value: ConfigValue | undefined): value is ConfigMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a list. */
export function isConfigList(value: ConfigValue | undefined): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

/** The value of a key that the map itself has; `constructor`, `__proto__` and the like are keys as any other. */
export function getOwn(map: ConfigMap, key: string): ConfigValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Sets a key on a map that is being made; `__proto__` becomes a key and never the prototype. */
export function setOwn(map: { [key: string]: ConfigValue }, key: string, value: ConfigValue): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    map[key] = value;
  }
}

/** The value at a path, or undefined where the path leads nowhere. */
export function getAt(root: ConfigValue, path: ConfigPath): ConfigValue | undefined {
  let at: ConfigValue | undefined = root;
  for (const step of path) {
    if (isConfigMap(at)) at = getOwn(at, String(step));
    else if (isConfigList(at) && typeof step === 'number') at = at[step];
    else return undefined;
  }
  return at;
}

/** True when both say the same; the order of keys does not matter, the order of list entries does. */
export function isSameConfig(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
  if (a === b) return true;
  if (isConfigList(a) && isConfigList(b)) {
    return a.length === b.length && a.every((value, index) => isSameConfig(value, b[index]));
  }
  if (isConfigMap(a) && isConfigMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isSameConfig(a[key], b[key]))
    );
  }
  return typeof a === 'number' && typeof b === 'number' && Object.is(a, b);
}

/** A path as the Collector writes it: `service::pipelines::metrics`. */
export function formatPath(path: ConfigPath): string {
  return path.join('::');
}
