import type { ConfigPath, OutlineEntry } from '@drover/collector-config';

/** A section, component or pipeline of a text, with where it begins. */
export interface OutlineRow {
  readonly path: ConfigPath;
  readonly name: string;
  /** 0 for a section. */
  readonly depth: number;
  /** Counted from the start of the text. */
  readonly from: number;
  /** Of the rows right below it. */
  readonly count: number;
}

/** Of a text that is no Collector configuration so many levels are shown. */
const LEVELS = 2;

/** Sections with their components, and `service` with its pipelines, in the order of the text. */
export function outlineRows(entries: readonly OutlineEntry[]): readonly OutlineRow[] {
  const rows: (OutlineRow & { count: number })[] = [];
  const parents: ((typeof rows)[number] | undefined)[] = [];
  for (const { path, from } of entries) {
    if (path.length === 0 || path.length > levelsBelow(path)) continue;
    const name = path.at(-1);
    // Entries of a list are no parts of their own.
    if (typeof name !== 'string') continue;
    const row = { path, name, depth: path.length - 1, from, count: 0 };
    const parent = row.depth === 0 ? undefined : parents[row.depth - 1];
    if (parent !== undefined) parent.count += 1;
    parents[row.depth] = row;
    rows.push(row);
  }
  return rows;
}

function levelsBelow([section, part]: ConfigPath): number {
  return section === 'service' && part === 'pipelines' ? LEVELS + 1 : LEVELS;
}

/** The row that an offset stands in: the last one that begins before it; -1 where none does. */
export function rowAt(rows: readonly OutlineRow[], offset: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.from ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
