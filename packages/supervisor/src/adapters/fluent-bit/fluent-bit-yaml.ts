import { Document, isMap, isScalar, type Pair, parseDocument, YAMLMap } from 'yaml';
import { isLockedKey, type LockedService, lockedService, plainServiceKey } from './fluent-bit-service.ts';

/** A YAML file, cut in two: the entries of its `service`, and the document without it. */
export interface YamlParts {
  readonly service: readonly Pair[];
  readonly rest: Document;
}

export type CutYaml =
  | { readonly kind: 'parts'; readonly parts: YamlParts }
  | { readonly kind: 'refused'; readonly message: string };

const MAX_ERRORS_SHOWN = 3;

export function cutYaml(text: string, title: string): CutYaml {
  let rest: Document;
  try {
    // Fluent Bit lets a key stand more than once.
    rest = parseDocument(text, { uniqueKeys: false, prettyErrors: true });
  } catch (error) {
    return refused(`${title} cannot be read as YAML: ${(error as Error).message}`);
  }
  if (rest.errors.length > 0) {
    const errors = rest.errors.slice(0, MAX_ERRORS_SHOWN).map(({ message }) => message.split('\n')[0]);
    return refused(`${title} is no valid YAML: ${errors.join('; ')}`);
  }
  const { contents } = rest;
  // An empty file is a configuration without anything.
  if (contents === null) return { kind: 'parts', parts: { service: [], rest: new Document({}) } };
  if (!isMap(contents)) return refused(`${title} has to be a map of sections such as service and pipeline`);
  const service: Pair[] = [];
  const others: Pair[] = [];
  for (const pair of contents.items) {
    if (!isScalar(pair.key)) return refused(`${title} has a section whose name is no plain text`);
    if (String(pair.key.value).toLowerCase() !== 'service') others.push(pair);
    else if (isMap(pair.value)) service.push(...pair.value.items);
    else if (pair.value !== null && !(isScalar(pair.value) && pair.value.value === null))
      return refused(`service has to be a map in ${title}`);
  }
  if (service.some(({ key }) => !isScalar(key)))
    return refused(`service has a key that is no plain text in ${title}`);
  contents.items = others as typeof contents.items;
  return { kind: 'parts', parts: { service, rest } };
}

/** The `service` of several files in one, with what belongs to the supervisor. Later files win. */
export function yamlService(parts: readonly YamlParts[], locked: LockedService): YAMLMap {
  const entries = new Map<string, Pair>();
  for (const pair of parts.flatMap(({ service }) => service)) {
    const key = keyOf(pair);
    if (!isLockedKey(key)) entries.set(plainServiceKey(key), pair);
  }
  const map = new YAMLMap();
  map.items = [...entries.values()];
  for (const [key, value] of lockedService(locked)) {
    map.add({ key, value: /^\d+$/.test(value) ? Number(value) : value });
  }
  return map;
}

/** The document with this `service` in front. */
export function withService(document: Document, service: YAMLMap): string {
  const { contents } = document;
  if (!isMap(contents)) throw new Error('a document that was cut is a map');
  contents.flow = false;
  contents.items.unshift(document.createPair('service', service) as (typeof contents.items)[number]);
  return yamlText(document);
}

/** Long lines stay: folding them would be another text. */
export function yamlText(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function refused(message: string): CutYaml {
  return { kind: 'refused', message };
}
