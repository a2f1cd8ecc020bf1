import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from 'yaml';
import { type ConfigPath, type ConfigValue, isConfigMap, setOwn } from './config-data.ts';
import { MAX_DEPTH } from './depth.ts';
import { MAX_FINDINGS } from './finding.ts';
import { goNumber } from './scalar.ts';

/** Why a document cannot be taken as data; `node` is where. */
export type DataProblem = {
  readonly path: ConfigPath;
  readonly node: Node | undefined;
  readonly message: string;
};

/** More values than this, with every alias written out, are refused: an alias bomb ends here. */
export const MAX_VALUES = 500_000;

class Refused extends Error {
  readonly problem: DataProblem;
  constructor(problem: DataProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

type Reading = {
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly problems: DataProblem[];
  values: number;
};

/**
 * The document's data, with aliases and merge keys (`<<`) resolved. Work and memory are bounded, whatever the text.
 * Problems that leave the rest readable (duplicate keys) are listed beside the data; others make it undefined.
 */
export function documentData(document: Document): {
  readonly data: ConfigValue | undefined;
  readonly problems: readonly DataProblem[];
} {
  const reading: Reading = { targets: aliasTargets(document), problems: [], values: 0 };
  try {
    return { data: readNode(document.contents, [], reading), problems: reading.problems };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { data: undefined, problems: [...reading.problems, error.problem] };
  }
}

/** Each alias with the node it stands for: the last one before it with that anchor. */
export function aliasTargets(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}

function readNode(node: unknown, path: ConfigPath, reading: Reading): ConfigValue {
  reading.values += 1;
  if (reading.values > MAX_VALUES) {
    throw refused(path, node, `more than ${MAX_VALUES} values once its aliases are written out`);
  }
  if (path.length > MAX_DEPTH)
    throw refused(path.slice(0, 5), node, `nested more than ${MAX_DEPTH} levels deep`);
  if (isAlias(node)) {
    const target = reading.targets.get(node);
    if (target === undefined) throw refused(path, node, `alias *${node.source} names no anchor before it`);
    return readNode(target, path, reading);
  }
  if (isMap(node)) return readMap(node, path, reading);
  if (isSeq(node)) return node.items.map((item, index) => readNode(item, [...path, index], reading));
  if (!isScalar(node)) return null;
  const { value } = node;
  if (node.type === 'PLAIN' && node.tag === undefined && node.source !== undefined) {
    const number = goNumber(node.source);
    if (number !== undefined) return number;
  }
  if (value === undefined || typeof value === 'object')
    return value === null || value === undefined ? null : String(value);
  return typeof value === 'symbol' || typeof value === 'function' ? String(value) : (value as ConfigValue);
}

function readMap(map: YAMLMap, path: ConfigPath, reading: Reading): ConfigValue {
  const data: { [key: string]: ConfigValue } = {};
  const merged: ConfigValue[] = [];
  for (const { key, value } of map.items) {
    const name = keyText(key, path, reading);
    if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
      merged.push(readNode(value, path, reading));
      continue;
    }
    if (Object.hasOwn(data, name)) {
      const message = `key ${JSON.stringify(name)} appears twice`;
      if (reading.problems.length < MAX_FINDINGS)
        reading.problems.push({ path: [...path, name], node: isNode(key) ? key : undefined, message });
    }
    setOwn(data, name, readNode(value, [...path, name], reading));
  }
  // A merge key never overrides what the map says itself, and the first of several wins.
  for (const source of merged.flat()) {
    if (!isConfigMap(source)) throw refused(path, map, 'a merge key (<<) needs a map');
    for (const [key, value] of Object.entries(source))
      if (!Object.hasOwn(data, key)) setOwn(data, key, value);
  }
  return data;
}

function keyText(key: unknown, path: ConfigPath, reading: Reading): string {
  const target = isAlias(key) ? reading.targets.get(key) : key;
  if (!isScalar(target)) throw refused(path, key, 'a key has to be a single word, not a list or a map');
  return target.value === null ? (target.source ?? '') : String(target.source ?? target.value);
}

function refused(path: ConfigPath, node: unknown, message: string): Refused {
  return new Refused({ path, node: isNode(node) ? node : undefined, message });
}
