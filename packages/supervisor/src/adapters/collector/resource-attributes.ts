import { type ConfigMap, type ConfigValue, isConfigList, isConfigMap } from '@drover/collector-config';

/** Keys of a declared resource that are not attributes themselves. */
const DECLARED_KEYS = new Set([
  'attributes',
  'attributes_list',
  'detectors',
  'detection/development',
  'schema_url',
]);

/**
 * The resource of a Collector's own telemetry with these attributes and no others of their names. A resource is written
 * in one of two ways: attributes as keys, or declared, as a list of names and values and a text `attributes_list`.
 */
export function withAttributes(resource: ConfigMap, attributes: ConfigMap): ConfigMap {
  const { attributes: list, attributes_list: text } = resource;
  if (!isConfigList(list) && typeof text !== 'string') return { ...resource, ...attributes };
  const names = new Set(Object.keys(attributes));
  const others = (isConfigList(list) ? list : []).filter(
    (item) => !isConfigMap(item) || !names.has(String(item.name)),
  );
  const declared = Object.entries(attributes).map(([name, value]) => ({ name, value }));
  const rest = Object.entries(resource).filter(([key]) => !names.has(key));
  return {
    ...Object.fromEntries(rest),
    attributes: [...others, ...declared],
    ...(typeof text === 'string' ? { attributes_list: withoutNames(text, names) } : {}),
  };
}

/** What a resource says, in whichever way. */
export function attributesOf(resource: ConfigMap): ConfigMap {
  const { attributes: list } = resource;
  const declared = (isConfigList(list) ? list : []).flatMap((item): [string, ConfigValue][] =>
    isConfigMap(item) && typeof item.name === 'string' ? [[item.name, item.value ?? null]] : [],
  );
  const plain = Object.entries(resource).filter(([key]) => !DECLARED_KEYS.has(key));
  return Object.fromEntries([...plain, ...declared]);
}

/** `attributes_list` is `a=1,b=2`, names percent-encoded where they have to be. */
function withoutNames(text: string, names: ReadonlySet<string>): string {
  return text
    .split(',')
    .filter((entry) => !names.has(decoded(entry.split('=', 1)[0]?.trim() ?? '')))
    .join(',');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
