import { type ConfigMap, type ConfigValue, isConfigList, isConfigMap } from '@drover/collector-config';
import { parse } from 'yaml';

/** What a value refers to that is not known here. */
export interface UnknownReference {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface ResolvedReferences {
  /** The same configuration with nothing left in it that a Collector would look up; meaningless where `unknown` has entries. */
  readonly data: ConfigMap;
  readonly unknown: readonly UnknownReference[];
  /** Environment variables that are named without a default: they are taken for unset. */
  readonly unset: readonly string[];
}

const REFERENCE = /\$\$|\$\{([^}]*)\}/g;
const ENVIRONMENT = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Resolves the references to environment variables as a Collector does whose environment is empty, and lists all
 * others: a Collector would read files, or ask servers, to resolve them. Every dollar sign that is left is doubled, so
 * that a Collector resolves nothing.
 */
export function resolveReferences(data: ConfigMap): ResolvedReferences {
  const unknown: UnknownReference[] = [];
  const unset = new Set<string>();
  const walk = (value: ConfigValue, path: readonly (string | number)[]): ConfigValue => {
    if (typeof value === 'string') return resolveText(value, path);
    if (isConfigList(value)) return value.map((item, at) => walk(item, [...path, at]));
    if (!isConfigMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const at = [...path, key];
        if (key.includes('${')) unknown.push({ path: at, message: 'the key holds a reference' });
        return [key, walk(item, at)];
      }),
    );
  };
  const resolveText = (text: string, path: readonly (string | number)[]): ConfigValue => {
    if (!text.includes('$')) return text;
    const parts: string[] = [];
    let at = 0;
    for (const match of text.matchAll(REFERENCE)) {
      parts.push(text.slice(at, match.index));
      at = match.index + match[0].length;
      if (match[1] === undefined) {
        parts.push('$');
        continue;
      }
      const [, name, fallback] = ENVIRONMENT.exec(match[1]) ?? [];
      if (name === undefined || fallback?.includes('${')) {
        unknown.push({ path, message: `${match[0]} is looked up outside of the configuration` });
        continue;
      }
      if (fallback === undefined) unset.add(name);
      parts.push(fallback ?? '');
    }
    parts.push(text.slice(at));
    const isReferenceAlone = /^\$\{[^}]*\}$/.test(text);
    return escaped(isReferenceAlone ? readAsYaml(parts.join('')) : parts.join(''));
  };
  return { data: walk(data, []) as ConfigMap, unknown, unset: [...unset] };
}

/** A value that stands alone is read as YAML. */
function readAsYaml(text: string): ConfigValue {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'error', schema: 'core' }) as ConfigValue;
  } catch {
    return text;
  }
}

function escaped(value: ConfigValue): ConfigValue {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (isConfigList(value)) return value.map(escaped);
  if (!isConfigMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}
