import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { SettingRow } from './settings-reference.ts';
import { VARIABLE_PREFIX, variableName } from './settings-units.ts';

/** Where a value came from, for messages. */
export type SettingOrigin = (path: readonly string[]) => string | undefined;

export interface SettingProblem {
  /** Dotted key, empty for the whole file. */
  readonly path: string;
  readonly detail: string;
  /** File with line and column, variable or flag. */
  readonly origin: string;
}

export interface SettingSource {
  readonly kind: 'file' | 'environment' | 'flag';
  readonly tree: Record<string, unknown>;
  readonly origin: SettingOrigin;
  readonly problems: readonly SettingProblem[];
}

/** Variables of Drover's other programs and of its tests, which may stand in the same environment. */
const FOREIGN_VARIABLES = /^DROVER_(URL|TOKEN|CONTEXT|CACHE_DIR|(TEST|DEV)_.*)$/;

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function setIn(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = tree;
  for (const key of path.slice(0, -1)) {
    const next = at[key];
    if (isTree(next)) at = next;
    else {
      const made: Record<string, unknown> = {};
      at[key] = made;
      at = made;
    }
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}

/** Lays `over` on `under`, key by key. */
export function mergeTrees(
  under: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTree(value) && isTree(below) ? mergeTrees(below, value) : value;
  }
  return merged;
}

/** Insertions, deletions and replacements between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known key that an unknown one may have meant, if any is near. */
export function nearestKey(wanted: string, rows: readonly SettingRow[]): string | undefined {
  const plain = (text: string) =>
    text
      .slice(0, 100)
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '');
  const word = plain(wanted);
  const ranked = rows
    .map(({ key }) => ({ key, distance: editDistance(word, plain(key)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, word.length / 4) ? best.key : undefined;
}

/** Sections that are written but empty (`opamp:`) count as absent. */
function withoutEmptySections(
  value: Record<string, unknown>,
  sections: ReadonlySet<string>,
  path = '',
): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (each === null && sections.has(at)) continue;
    kept[key] = isTree(each) ? withoutEmptySections(each, sections, at) : each;
  }
  return kept;
}

/** Reads the settings file's text. Positions are those of the offending key or value. */
export function fromFile(name: string, yamlText: string, rows: readonly SettingRow[]): SettingSource {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const problems = [...document.errors].map((error) => ({
    path: '',
    detail: `the YAML cannot be read: ${error.message}`,
    origin: at(error.pos[0]),
  }));
  const nothing = { kind: 'file', tree: {}, origin: () => undefined, problems } as const;
  if (problems.length > 0) return nothing;
  const tree: unknown = document.toJS();
  if (tree === null || tree === undefined) return nothing;
  if (!isTree(tree)) {
    const detail = 'expected a mapping of settings such as "opamp: {listen: …}"';
    return { ...nothing, problems: [{ path: '', detail, origin: at(0) }] };
  }
  const sections = new Set(rows.flatMap((row) => row.sections));
  return {
    kind: 'file',
    tree: withoutEmptySections(tree, sections),
    problems,
    origin: (path) => {
      let node: unknown = document.contents;
      let offset: number | undefined;
      for (const key of path) {
        const pair: { key: unknown; value: unknown } | undefined = isMap(node)
          ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
          : undefined;
        if (!pair) return undefined;
        offset = (pair.key as ParsedNode).range[0];
        node = pair.value;
      }
      return offset === undefined ? undefined : at(offset);
    },
  };
}

/** Reads the settings among the environment's variables. */
export function fromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  rows: readonly SettingRow[],
): SettingSource {
  const byVariable = new Map(rows.map((row) => [row.variable, row]));
  const tree: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const problems: SettingProblem[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || value === undefined || FOREIGN_VARIABLES.test(variable))
      continue;
    const row = byVariable.get(variable);
    if (!row) {
      const meant = nearestKey(variable.slice(VARIABLE_PREFIX.length), rows);
      const hint = meant === undefined ? '' : `; did you mean ${variableName(meant)}?`;
      problems.push({
        path: '',
        detail: `no setting has this variable${hint}`,
        origin: `environment variable ${variable}`,
      });
      continue;
    }
    setIn(tree, row.key.split('.'), value);
    origins.set(row.key, `environment variable ${variable}`);
  }
  return { kind: 'environment', tree, origin: (path) => origins.get(path.join('.')), problems };
}

/** Takes the settings given as flags, by key. */
export function fromFlags(
  flags: Readonly<Record<string, { readonly flag: string; readonly value: string }>>,
): SettingSource {
  const tree: Record<string, unknown> = {};
  for (const [key, { value }] of Object.entries(flags)) setIn(tree, key.split('.'), value);
  return {
    kind: 'flag',
    tree,
    problems: [],
    origin: (path) => {
      const flag = flags[path.join('.')]?.flag;
      return flag === undefined ? undefined : `flag ${flag}`;
    },
  };
}
