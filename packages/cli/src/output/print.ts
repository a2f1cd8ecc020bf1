import { stringify } from 'yaml';
import type { Terminal } from '../terminal.ts';
import { type Column, renderTable } from './table.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints `value` as JSON or YAML and returns true, or returns false where the format is for people. */
export function printForScripts(terminal: Terminal, format: OutputFormat, value: unknown): boolean {
  if (format === 'json') printJson(terminal, value);
  else if (format === 'yaml') terminal.out(stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }));
  else return false;
  return true;
}

export interface ListOutput<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly nextCursor: string | null;
}

export interface ListView<T> {
  readonly columns: readonly Column<T>[];
  /** What `-o name` prints of each. */
  readonly name: (item: T) => string;
  /** Plural, for the lines that say that there is none or that more follow. */
  readonly noun: string;
}

/** The list to standard output in the asked format; remarks for people go to standard error. */
export function printList<T>(
  terminal: Terminal,
  format: OutputFormat,
  list: ListOutput<T>,
  view: ListView<T>,
): void {
  if (printForScripts(terminal, format, list)) return;
  if (format === 'name') {
    for (const item of list.items) terminal.out(`${view.name(item)}\n`);
    return;
  }
  if (list.items.length === 0) {
    terminal.err(`No ${view.noun}.\n`);
    return;
  }
  const columns = view.columns.filter((column) => format === 'wide' || !column.wide);
  terminal.out(`${renderTable(columns, list.items)}\n`);
  if (list.nextCursor !== null) {
    terminal.err(`${list.items.length} of ${list.total} ${view.noun}; --all shows all of them.\n`);
  }
}
