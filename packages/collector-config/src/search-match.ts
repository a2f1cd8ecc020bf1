import type { SearchQuery, SearchTerm } from './search-query.ts';
import type { Searchable, SearchEntry } from './searchable.ts';

/** A line that a search found. */
export type SearchHit = {
  /** From 1. */
  readonly line: number;
  /** Where in the configuration it stands; empty where that is not known. */
  readonly path: readonly string[];
  readonly text: string;
  /** Stretches of `text` that were searched for, as pairs of start and end. */
  readonly marks: readonly (readonly [number, number])[];
};

export type SearchResult = {
  /** In the order of the text; at most as many as asked for. None where every term is negated. */
  readonly hits: readonly SearchHit[];
  /** How many lines there are altogether. */
  readonly lines: number;
};

/** Longer lines are cut around what was found. */
const MAX_LINE_CHARS = 400;
const MAX_MARKS = 20;

/** Last steps of paths under which addresses stand, beside those that end with `_endpoint`. */
const ADDRESS_KEYS = new Set([
  'endpoint',
  'endpoints',
  'url',
  'urls',
  'address',
  'addresses',
  'host',
  'hosts',
  'hostname',
  'broker',
  'brokers',
  'target',
  'targets',
  'server',
  'servers',
]);

/** What a configuration of these texts has of the query; undefined where one of its terms is not met. */
export function searchIn(
  texts: readonly Searchable[],
  query: SearchQuery,
  maxHits: number,
): readonly SearchResult[] | undefined {
  const found = texts.map(() => new Map<number, Found>());
  for (const term of query) {
    // Of what could not be read nobody can say that something is not in it.
    if (term.kind !== 'text' && texts.every(({ entries }) => entries === undefined)) return undefined;
    let isMet = false;
    for (const [place, text] of texts.entries())
      for (const { line, entry, needle } of linesOf(text, term)) {
        isMet = true;
        if (term.isNegated) return undefined;
        const lines = found[place];
        const known = lines?.get(line);
        if (known === undefined) lines?.set(line, { entry, needles: [needle] });
        else if (!known.needles.includes(needle)) known.needles.push(needle);
      }
    if (!isMet && !term.isNegated) return undefined;
  }
  return found.map((lines, place) => ({
    hits: [...lines]
      .sort(([a], [b]) => a - b)
      .slice(0, maxHits)
      .map(([line, each]) => hitOf(texts[place]?.lines[line - 1] ?? '', line, each)),
    lines: lines.size,
  }));
}

interface Found {
  readonly entry: SearchEntry | undefined;
  readonly needles: string[];
}
interface FoundLine {
  readonly line: number;
  readonly entry: SearchEntry | undefined;
  /** What to mark in the line, lower-case. */
  readonly needle: string;
}

function* linesOf(text: Searchable, term: SearchTerm): Generator<FoundLine> {
  if (term.kind === 'text') {
    for (const [at, line] of text.lines.entries()) {
      if (!line.toLowerCase().includes(term.text)) continue;
      yield { line: at + 1, entry: entryAt(text, at + 1, term.text), needle: term.text };
    }
    return;
  }
  const entries = text.entries ?? [];
  const used = term.kind === 'exports' ? usedExporters(entries) : undefined;
  for (const entry of entries) {
    const needle = needleOf(entry, term, used);
    if (needle !== undefined) yield { line: entry.line, entry, needle };
  }
}

/** What of the entry the term is about; undefined where it is about something else. */
function needleOf(
  { path, value }: SearchEntry,
  term: Exclude<SearchTerm, { kind: 'text' }>,
  used: ReadonlySet<string> | undefined,
): string | undefined {
  const last = path.at(-1)?.toLowerCase() ?? '';
  switch (term.kind) {
    case 'component': {
      const isOne = path.length === 2 && (term.sections as readonly string[]).includes(path[0] ?? '');
      return isOne && isId(last, term.id) ? last : undefined;
    }
    case 'pipeline':
      return path.length === 3 && path[0] === 'service' && path[1] === 'pipelines' && isId(last, term.id)
        ? last
        : undefined;
    case 'endpoint':
      return hasText(value, term.text) && isAddress(path) ? term.text : undefined;
    case 'exports':
      return path[0] === 'exporters' &&
        hasText(value, term.text) &&
        isAddress(path.slice(2)) &&
        used?.has(path[1] ?? '')
        ? term.text
        : undefined;
    case 'key':
      if (!isGlob(last, term.name)) return undefined;
      return term.value === undefined ? last : hasText(value, term.value) ? term.value : undefined;
    case 'path':
      if (!isPath(path, term.steps)) return undefined;
      return term.value === undefined ? last : hasText(value, term.value) ? term.value : undefined;
  }
}

function usedExporters(entries: readonly SearchEntry[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { path, value } of entries) {
    const isUse =
      path.length === 5 && path[0] === 'service' && path[1] === 'pipelines' && path[3] === 'exporters';
    if (isUse && value !== undefined) used.add(value.trim());
  }
  return used;
}

function hasText(value: string | undefined, text: string): boolean {
  return value?.toLowerCase().includes(text) === true;
}

/** Addresses may stand in lists, and in maps of lists. */
function isAddress(path: readonly string[]): boolean {
  for (let at = path.length - 1; at >= 0; at -= 1) {
    const step = path[at]?.toLowerCase() ?? '';
    if (/^\d+$/.test(step)) continue;
    return ADDRESS_KEYS.has(step) || step.endsWith('_endpoint') || step.endsWith('_url');
  }
  return false;
}

/** `otlp` is any component of that type, `otlp/backend` that one. */
function isId(id: string, wanted: string): boolean {
  return isGlob(id, wanted) || (!wanted.includes('/') && isGlob(id.split('/')[0] ?? '', wanted));
}

/** `*` in the pattern stands for any characters. Both are lower-case. Work grows with the text times the pattern. */
function isGlob(text: string, pattern: string): boolean {
  if (!pattern.includes('*')) return text === pattern;
  let at = 0;
  let place = 0;
  let star = -1;
  let afterStar = 0;
  while (at < text.length) {
    if (pattern[place] === '*') {
      star = place++;
      afterStar = at;
    } else if (pattern[place] === text[at]) {
      place += 1;
      at += 1;
    } else if (star === -1) return false;
    else {
      place = star + 1;
      at = ++afterStar;
    }
  }
  while (pattern[place] === '*') place += 1;
  return place === pattern.length;
}

function isPath(path: readonly string[], steps: readonly string[]): boolean {
  // Which prefixes of the steps fit what was read of the path: a row for each step of the path, so that `**` costs no more.
  let fits = steps.map(() => false);
  fits.push(false);
  fits[0] = true;
  const skip = (row: boolean[]): boolean[] => {
    for (const [at, step] of steps.entries()) if (step === '**' && row[at]) row[at + 1] = true;
    return row;
  };
  skip(fits);
  for (const name of path) {
    const next = fits.map(() => false);
    for (const [at, step] of steps.entries()) {
      if (!fits[at]) continue;
      if (step === '**') next[at] = true;
      else if (isGlob(name.toLowerCase(), step)) next[at + 1] = true;
    }
    fits = skip(next);
  }
  return fits[steps.length] === true;
}

/** The entry of a line: the one that holds the text, else the first of the line, else the last one before it. */
function entryAt({ entries = [] }: Searchable, line: number, text: string): SearchEntry | undefined {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((entries[middle]?.line ?? 0) < line) from = middle + 1;
    else to = middle;
  }
  const first = entries[from];
  if (first?.line !== line) return entries[from - 1];
  for (let at = from; entries[at]?.line === line; at += 1)
    if (hasText(entries[at]?.value, text)) return entries[at];
  return first;
}

function hitOf(whole: string, line: number, { entry, needles }: Found): SearchHit {
  const lower = whole.toLowerCase();
  const first = Math.max(0, ...needles.slice(0, 1).map((needle) => lower.indexOf(needle)));
  const start = whole.length <= MAX_LINE_CHARS || first < MAX_LINE_CHARS / 2 ? 0 : first - 40;
  const isCut = start + MAX_LINE_CHARS < whole.length;
  const text = `${start > 0 ? '…' : ''}${whole.slice(start, start + MAX_LINE_CHARS)}${isCut ? '…' : ''}`;
  return { line, path: entry?.path ?? [], text, marks: marksOf(text.toLowerCase(), needles) };
}

function marksOf(lower: string, needles: readonly string[]): (readonly [number, number])[] {
  const places: [number, number][] = [];
  for (const needle of needles) {
    if (needle === '') continue;
    let at = lower.indexOf(needle);
    while (at !== -1 && places.length < MAX_MARKS) {
      places.push([at, at + needle.length]);
      at = lower.indexOf(needle, at + needle.length);
    }
  }
  const marks: [number, number][] = [];
  for (const [start, end] of places.sort(([a], [b]) => a - b)) {
    const before = marks.at(-1);
    if (before !== undefined && start <= before[1]) before[1] = Math.max(before[1], end);
    else marks.push([start, end]);
  }
  return marks;
}
