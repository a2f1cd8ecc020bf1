import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { maskSecretsInText } from './mask.ts';
import { parseCollectorConfig } from './parse.ts';
import { aliasTargets } from './to-data.ts';
import { TokenBudget } from './token-budget.ts';

/** One key, or one entry of a list, of a configuration. */
export type SearchEntry = {
  readonly path: readonly string[];
  /** From 1. */
  readonly line: number;
  /** Of a scalar, as it is written without quotes. */
  readonly value: string | undefined;
};

/** A text that is ready to be searched. Values that are known to be secrets are not in it. */
export type Searchable = {
  readonly lines: readonly string[];
  /** In the order of the text; undefined where it is no Collector configuration, or too large to be read as one. */
  readonly entries: readonly SearchEntry[] | undefined;
  /** About how much memory it takes. */
  readonly bytes: number;
};

/** Aliases repeat what they stand for; beyond this many entries the rest is found as text alone. */
const MAX_ENTRIES = 20_000;
const MERGE_KEY = '<<';
const BYTES_OF_AN_ENTRY = 120;

/** Masks the text and takes it apart. Work is bounded as that of `maskSecretsInText`. With `isText` it is only text. */
export function searchableOf(
  text: string,
  { isText = false }: { readonly isText?: boolean } = {},
): Searchable {
  const masked = maskSecretsInText(text);
  const lines = masked.split(/\r?\n/);
  const entries = isText ? undefined : entriesOf(masked);
  return { lines, entries, bytes: 2 * masked.length + BYTES_OF_AN_ENTRY * (entries?.length ?? 0) };
}

function entriesOf(text: string): readonly SearchEntry[] | undefined {
  if (!new TokenBudget().take(text)) return undefined;
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') return undefined;
  const { document, lines } = parsed;
  const targets = aliasTargets(document);
  const entries: SearchEntry[] = [];
  const add = (path: readonly string[], node: unknown, value: unknown): void => {
    if (entries.length >= MAX_ENTRIES) return;
    const start = rangeStart(node) ?? rangeStart(value);
    const line = start === undefined ? (entries.at(-1)?.line ?? 1) : lines.linePos(start).line;
    const scalar = isScalar(value) ? scalarText(value.source ?? value.value) : undefined;
    entries.push({ path, line, value: scalar });
  };
  const walk = (node: unknown, path: readonly string[]): void => {
    if (entries.length >= MAX_ENTRIES) return;
    const target = resolved(node, targets);
    if (isMap(target)) {
      for (const [key, { key: keyNode, value }] of pairsOf(target, targets))
        enter([...path, ...key.split('::')], keyNode, value);
    } else if (isSeq(target)) {
      for (const [place, item] of target.items.entries()) enter([...path, String(place)], item, item);
    }
  };
  const enter = (path: readonly string[], node: unknown, value: unknown): void => {
    add(path, node, resolved(value, targets));
    walk(value, path);
  };
  walk(document.contents, []);
  // What an alias stands for is written elsewhere.
  return entries.sort((a, b) => a.line - b.line);
}

/** The pairs of a map by their key, with those that a merge key brings. */
function pairsOf(map: YAMLMap, targets: ReadonlyMap<Alias, Node>): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  const merges: unknown[] = [];
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (key === MERGE_KEY) merges.push(resolved(pair.value, targets));
    else pairs.set(key, pair);
  }
  for (const part of merges.flatMap((merge) => (isSeq(merge) ? merge.items : [merge]))) {
    const merged = resolved(part, targets);
    if (!isMap(merged)) continue;
    for (const [key, pair] of pairsOf(merged, targets)) if (!pairs.has(key)) pairs.set(key, pair);
  }
  return pairs;
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.source ?? key.value) : '';
}

function resolved(node: unknown, targets: ReadonlyMap<Alias, Node>): unknown {
  return isAlias(node) ? targets.get(node) : node;
}

function rangeStart(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] } | null | undefined)?.range?.[0];
}

function scalarText(value: unknown): string {
  return value === null ? '' : String(value);
}
