import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import {
  type ConfigMap,
  type ConfigPath,
  type ConfigValue,
  formatPath,
  getOwn,
  isConfigList,
  isConfigMap,
  isSameConfig,
} from './config-data.ts';
import type { Finding } from './finding.ts';
import { type MergeOptions, mergeConfigs } from './merge.ts';
import { parseCollectorConfig } from './parse.ts';
import { stringifyConfig } from './stringify.ts';

/** One configuration of a stack; later ones win. */
export type Layer = { readonly name: string; readonly text: string };

/** A setting of an earlier layer that a later one replaced by something else. */
export type LayerOverride = {
  /** As the Collector writes paths. */
  readonly path: string;
  /** Places in the stack, from 0. */
  readonly by: number;
  readonly over: number;
  readonly before: ConfigValue;
  readonly after: ConfigValue;
};

export type MergedLayers =
  | {
      readonly kind: 'merged';
      readonly config: ConfigMap;
      /** The merged configuration as YAML. */
      readonly text: string;
      /** For each line of `text` the places of the layers that it comes from, in their order; several for the head of a map that several layers filled. */
      readonly lines: readonly (readonly number[])[];
      /** In the order of the text; at most `MAX_OVERRIDES`. */
      readonly overrides: readonly LayerOverride[];
    }
  /** The layer at this place cannot be read. */
  | { readonly kind: 'invalid'; readonly place: number; readonly findings: readonly Finding[] };

/** Overrides are cut off at this many: a stack of two unrelated texts could have as many as it has settings. */
export const MAX_OVERRIDES = 500;

/**
 * What an agent makes of a stack: the layers merged by the Collector's rules (see `mergeConfigs`), and where each line
 * of the result comes from. Never throws.
 */
export function mergeLayers(layers: readonly Layer[], options: MergeOptions = {}): MergedLayers {
  const configs: ConfigMap[] = [];
  for (const [place, { text }] of layers.entries()) {
    const parsed = parseCollectorConfig(text);
    if (parsed.kind === 'invalid') return { kind: 'invalid', place, findings: parsed.findings };
    configs.push(parsed.data);
  }
  const config = mergeConfigs(configs, options);
  const text = stringifyConfig(config);
  return {
    kind: 'merged',
    config,
    text,
    lines: lineOrigins(text, config, configs),
    overrides: overridesOf(configs),
  };
}

/** The values that the layers have at one place, undefined where a layer has none. */
type Column = readonly (ConfigValue | undefined)[];

function lineOrigins(text: string, config: ConfigMap, configs: readonly ConfigMap[]): number[][] {
  const lines: number[][] = text
    .split('\n')
    .slice(0, -1)
    .map(() => []);
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') return lines;
  const lineAt = (offset: number): number => parsed.lines.linePos(offset).line - 1;
  const mark = (node: Node | null | undefined, places: readonly number[]): void => {
    const [start, valueEnd] = node?.range ?? [];
    if (start === undefined || valueEnd === undefined) return;
    const last = Math.max(lineAt(start), lineAt(Math.max(start, valueEnd - 1)));
    for (let line = lineAt(start); line <= last; line++) lines[line] = [...places];
  };
  const walk = (node: unknown, value: ConfigValue | undefined, column: Column): void => {
    if (!isMap(node) || !isConfigMap(value)) return;
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      const key = String(pair.key.source ?? pair.key.value);
      const below = column.map((layer) => (isConfigMap(layer) ? getOwn(layer, key) : undefined));
      const places = sourcesOf(below, getOwn(value, key));
      if (isMap(pair.value) || isSeq(pair.value) || isScalar(pair.value) || isAlias(pair.value))
        mark(pair.value, places);
      mark(pair.key, places);
      walk(pair.value, getOwn(value, key), effectiveColumn(below));
    }
  };
  walk(parsed.document.contents, config, configs);
  return lines;
}

/** What is still seen of each layer: a value that is no map hides all maps below it, and a map hides all else below it. */
function effectiveColumn(column: Column): Column {
  let from = 0;
  for (const [place, value] of column.entries()) {
    if (value !== undefined && !(isConfigMap(value) && isConfigMap(column[from]))) from = place;
  }
  return column.map((value, place) => (place < from ? undefined : value));
}

function sourcesOf(column: Column, merged: ConfigValue | undefined): number[] {
  const seen = effectiveColumn(column).flatMap((value, place) => (value === undefined ? [] : [place]));
  if (isConfigMap(merged)) return seen;
  // Lists that are joined have several sources, everything else the last one.
  const isJoined = isConfigList(merged) && !column.some((value) => isSameConfig(value, merged));
  const all = column.flatMap((value, place) => (value === undefined ? [] : [place]));
  return isJoined ? all : all.slice(-1);
}

function overridesOf(configs: readonly ConfigMap[]): LayerOverride[] {
  const overrides: LayerOverride[] = [];
  const walk = (column: Column, path: ConfigPath): void => {
    if (overrides.length >= MAX_OVERRIDES) return;
    let over: number | undefined;
    for (const [by, after] of column.entries()) {
      if (after === undefined) continue;
      const before = over === undefined ? undefined : column[over];
      const isReplaced = before !== undefined && !(isConfigMap(before) && isConfigMap(after));
      if (
        isReplaced &&
        over !== undefined &&
        !isSameConfig(before, after) &&
        overrides.length < MAX_OVERRIDES
      )
        overrides.push({ path: formatPath(path), by, over, before, after });
      over = by;
    }
    const seen = effectiveColumn(column);
    const keys = new Set(seen.flatMap((value) => (isConfigMap(value) ? Object.keys(value) : [])));
    for (const key of keys) {
      const below = seen.map((value) => (isConfigMap(value) ? getOwn(value, key) : undefined));
      walk(below, [...path, key]);
    }
  };
  walk(configs, []);
  return overrides;
}
