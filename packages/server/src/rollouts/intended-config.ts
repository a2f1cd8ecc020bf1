import type { IntendedConfig, JsonValue } from '@drover/api';
import {
  type ConfigMap,
  type ConfigValue,
  type MergedLayers,
  maskSecrets,
  mergeLayers,
  SERVICE_EXTENSIONS,
} from '@drover/collector-config';
import type { ShownLayer } from './stack-content.ts';

/** The Collector configurations of a stack, merged as an agent merges them; undefined where there is none, or one cannot be read. */
export function mergedOf(
  layers: readonly ShownLayer[],
): Extract<MergedLayers, { kind: 'merged' }> | undefined {
  const own = layers.filter(({ role }) => role === '');
  if (own.length === 0 || own.some(({ format }) => format !== 'collector')) return undefined;
  const merged = mergeLayers(
    own.map(({ name, body }) => ({ name, text: body })),
    { unionLists: [SERVICE_EXTENSIONS] },
  );
  return merged.kind === 'merged' ? merged : undefined;
}

/** What an agent is to run, for people. */
export function intendedView(
  hash: string,
  problem: string | null,
  layers: readonly ShownLayer[],
): IntendedConfig {
  const merged = mergedOf(layers);
  // Lines of the merged text name places among all layers, supplementary files included.
  const places = layers.flatMap(({ role }, place) => (role === '' ? [place] : []));
  const placeOf = (own: number): number => places[own] ?? own;
  return {
    hash,
    problem,
    layers: layers.map(({ format: _format, ...layer }) => layer),
    merged:
      merged === undefined
        ? null
        : {
            body: merged.text,
            lines: merged.lines.map((line) => line.map(placeOf)),
            overrides: merged.overrides.map(({ path, by, over, before, after }) => ({
              path,
              by: placeOf(by),
              over: placeOf(over),
              before: shownValue(path, before),
              after: shownValue(path, after),
            })),
          },
  };
}

/** As JSON, with fields masked that are known to hold secrets. */
export function shownValue(path: string, value: ConfigValue): JsonValue {
  const key = path.split('::').at(-1) ?? '';
  const masked: ConfigMap = maskSecrets({ [key]: value });
  return json(masked[key] ?? null);
}

function json(value: ConfigValue): JsonValue {
  const replace = (_key: string, item: unknown): unknown =>
    typeof item === 'bigint' ? item.toString() : item;
  return JSON.parse(JSON.stringify(value, replace)) as JsonValue;
}
