import { printableLine } from '@drover/api';
import Table from 'cli-table3';

export interface Column<T> {
  readonly title: string;
  readonly text: (row: T) => string;
  /** Shown by `-o wide` only. */
  readonly wide?: boolean;
  readonly isNumber?: boolean;
  /** Applied to the finished cell text, e.g. a colour. */
  readonly paint?: (text: string, row: T) => string;
}

const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Aligned columns, no border, no blanks at the ends of lines. Cells are made printable. */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => (column.isNumber ? 'right' : 'left')),
  });
  for (const row of rows) {
    table.push(
      columns.map((column) => {
        const text = printableLine(column.text(row));
        return column.paint ? column.paint(text, row) : text;
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
