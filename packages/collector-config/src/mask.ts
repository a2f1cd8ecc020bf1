import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import {
  type ConfigMap,
  type ConfigValue,
  getOwn,
  isConfigList,
  isConfigMap,
  setOwn,
} from './config-data.ts';
import { maskComments, maskLines } from './mask-lines.ts';
import { parseCollectorConfig } from './parse.ts';
import { isHeadersKey, isReference, isSensitiveKey, MASK, maskInText } from './sensitive.ts';
import { aliasTargets } from './to-data.ts';
import { TokenBudget } from './token-budget.ts';

export { MASK };

/** Where a map of a name and its value keeps the value. */
const VALUE_KEYS = new Set(['value', 'default_value']);

/**
 * The same configuration with every value that is known to be a secret replaced by `MASK`: by its key (token,
 * password, api_key…), as the value of a request header, as a `value` beside a `key` or `name` that is one, and passwords
 * inside addresses. References such as `${env:TOKEN}` stay: they tell where a secret is and hold none.
 */
export function maskSecrets(config: ConfigMap): ConfigMap {
  return maskMap(config, false);
}

function maskMap(map: ConfigMap, isSecret: boolean, isHeader = false): ConfigMap {
  const masked: { [key: string]: ConfigValue } = {};
  const name = getOwn(map, 'key') ?? getOwn(map, 'name');
  const namesSecret = isHeader || (typeof name === 'string' && isSensitiveKey(name));
  for (const [key, value] of Object.entries(map)) {
    const secret = isSecret || isSensitiveKey(key) || (namesSecret && VALUE_KEYS.has(key));
    setOwn(masked, key, isHeadersKey(key) ? maskHeaders(value, secret) : maskValue(value, secret));
  }
  return masked;
}

/** Headers are a map of names and values, or a list of maps that have both. */
function maskHeaders(value: ConfigValue, isSecret: boolean): ConfigValue {
  if (isConfigMap(value)) return maskMap(value, true);
  if (!isConfigList(value)) return maskValue(value, isSecret);
  return value.map((item) => (isConfigMap(item) ? maskMap(item, isSecret, true) : maskValue(item, isSecret)));
}

function maskValue(value: ConfigValue, isSecret: boolean): ConfigValue {
  if (isConfigList(value)) return value.map((item) => maskValue(item, isSecret));
  if (isConfigMap(value)) return maskMap(value, isSecret);
  return maskScalar(value, isSecret);
}

function maskScalar(value: null | boolean | number | bigint | string, isSecret: boolean): ConfigValue {
  if (value === null || typeof value === 'boolean' || value === '') return value;
  if (isSecret) return typeof value === 'string' && isReference(value) ? value : MASK;
  return typeof value === 'string' ? maskInText(value) : value;
}

/**
 * As `maskSecrets`, on the text: comments, order and the number of every line stay as they are.
 * Text that is no YAML (another agent's format, or broken), or more of it than the budget has left, is masked line by
 * line: as well as that goes, and rather more than less.
 */
export function maskSecretsInText(text: string, budget: TokenBudget = new TokenBudget()): string {
  if (!budget.take(text)) return maskLines(text);
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') return maskLines(text);
  const masked: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const targets = aliasTargets(parsed.document);
  collect(parsed.document.contents, 'plain', targets, new Map(), (node, isSecret) => {
    const value = node.value as ConfigValue;
    if (typeof value === 'object') return;
    const instead = maskScalar(value, isSecret);
    const [start, end] = node.range ?? [0, 0];
    if (instead !== value && end > start) masked.push({ start, end, text: JSON.stringify(instead) });
  });
  let out = '';
  let at = 0;
  for (const place of masked.sort((a, b) => a.start - b.start)) {
    if (place.start < at) continue;
    // Of a value with several lines the line breaks stay, so that what follows keeps its line.
    const lineBreaks = text.slice(place.start, place.end).replaceAll(/[^\n]+/g, '');
    out += text.slice(at, place.start) + place.text + lineBreaks;
    at = place.end;
  }
  return maskComments(out + text.slice(at));
}

/** What is known of a place: nothing, that all below it is secret, or that headers stand there. */
type Place = 'plain' | 'secret' | 'headers' | 'header';

function collect(
  node: unknown,
  place: Place,
  targets: ReadonlyMap<Alias, Node>,
  seen: Map<unknown, Place>,
  visit: (node: Scalar, isSecret: boolean) => void,
): void {
  // An anchored value is visited again when an alias uses it as a secret.
  const before = seen.get(node);
  if (before === 'secret' || before === place || (before !== undefined && place === 'plain')) return;
  seen.set(node, place);
  if (isAlias(node)) collect(targets.get(node), place, targets, seen, visit);
  else if (isSeq(node)) {
    const item = place === 'headers' ? 'header' : place;
    for (const each of node.items) collect(each, item, targets, seen, visit);
  } else if (isScalar(node)) visit(node, place === 'secret');
  else if (isMap(node)) {
    const name = node.items.find(
      ({ key }) => isScalar(key) && (key.value === 'key' || key.value === 'name'),
    )?.value;
    const namesSecret =
      place === 'header' || (isScalar(name) && typeof name.value === 'string' && isSensitiveKey(name.value));
    for (const { key, value } of node.items) {
      const word = isScalar(key) ? String(key.value) : '';
      const isSecret =
        place === 'secret' ||
        place === 'headers' ||
        isSensitiveKey(word) ||
        (namesSecret && VALUE_KEYS.has(word));
      const inner = isSecret ? 'secret' : isHeadersKey(word) ? 'headers' : 'plain';
      collect(value, inner, targets, seen, visit);
    }
  }
}
