// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the links and buttons inside the table take the focus
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { DataColumn } from './data-column.ts';
import styles from './data-table.module.css';
import { PendingCells, useDrawnCells } from './drawn-cells.tsx';
import { RowCheckbox } from './row-checkbox.tsx';
import type { RowSelection } from './row-selection.ts';
import { SortHeader } from './sort-header.tsx';
import { TableRow } from './table-row.tsx';
import { useRowKeys } from './use-row-keys.ts';

interface DataTableProps<T> {
  readonly label: string;
  readonly columns: readonly DataColumn<T>[];
  readonly rows: readonly T[];
  /** How many there are in all, loaded or not. */
  readonly total: number;
  readonly rowKey: (row: T) => string;
  /** On a phone a row is a small card of its own drawing. */
  readonly compact: (row: T) => ReactNode;
  readonly compactHeight?: number;
  readonly sort?: string | undefined;
  readonly onSort?: (sort: string) => void;
  readonly onNearEnd?: () => void;
  /** The rows that are drawn, and the index of the first. */
  readonly onVisible?: (rows: readonly T[], first: number) => void;
  readonly isDimmed?: (row: T) => boolean;
  readonly selection?: RowSelection<T>;
  /** The row has its place, and what is to stand in it has not come yet. */
  readonly isPending?: (row: T) => boolean;
}

const COMPACT_BELOW = 640;
const ROW_HEIGHT = 40;
const COMPACT_ROW_HEIGHT = 72;
const NEAR_END_ROWS = 30;
const CHECKBOX_TRACK = '22px';
/** With the gap beside it. */
const CHECKBOX_WIDTH = 34;

/**
 * A table of any length: only the rows near the window exist. The link in a row's first cell covers the row, so a click
 * anywhere opens it; `j` and `k` walk from row to row.
 */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { rows, onNearEnd, onVisible, selection } = props;
  const bodyRef = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, width: 0 });

  useLayoutEffect(() => {
    const body = bodyRef.current;
    if (body === null) return;
    const measure = () => {
      const box = body.getBoundingClientRect();
      const next = { top: Math.round(box.top + window.scrollY), width: Math.round(box.width) };
      setPlace((known) => (known.top === next.top && known.width === next.width ? known : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    observer.observe(body);
    return () => observer.disconnect();
  }, []);

  const isCompact = place.width > 0 && place.width < COMPACT_BELOW;
  const rowHeight = isCompact ? (props.compactHeight ?? COMPACT_ROW_HEIGHT) : ROW_HEIGHT;
  const room = place.width - (selection === undefined ? 0 : CHECKBOX_WIDTH);
  const columns = useMemo(
    () =>
      isCompact
        ? []
        : props.columns.filter((column) => place.width === 0 || room >= (column.minTableWidth ?? 0)),
    [isCompact, props.columns, place.width, room],
  );
  const cellsOf = useDrawnCells(columns);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: place.top,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are read again exactly when the row's height changes
  useEffect(() => virtualizer.measure(), [rowHeight]);
  useRowKeys(
    bodyRef,
    rows.length,
    (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
    (index, isRange) => {
      const row = rows[index];
      if (row !== undefined) selection?.onToggle(row, isRange);
    },
  );

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (last >= 0 && last >= rows.length - NEAR_END_ROWS) onNearEnd?.();
  }, [last, rows.length, onNearEnd]);
  useEffect(() => {
    onVisible?.(rows.slice(first, last + 1), first);
  }, [first, last, rows, onVisible]);

  const tracks = {
    gridTemplateColumns: [
      ...(selection === undefined ? [] : [CHECKBOX_TRACK]),
      ...(isCompact ? ['minmax(0, 1fr)'] : columns.map((column) => column.track)),
    ].join(' '),
  };
  return (
    <div className={styles.table} role="table" aria-label={props.label} aria-rowcount={props.total + 1}>
      <div role="rowgroup" className={styles.head} data-compact={isCompact}>
        <div role="row" aria-rowindex={1} className={styles.row} style={tracks}>
          {selection === undefined ? null : (
            <div role="columnheader" className={isCompact ? styles.hidden : styles.choose}>
              {isCompact ? (
                'Selected'
              ) : (
                <RowCheckbox
                  label={selection.loadedLabel}
                  isChecked={selection.loaded === 'all'}
                  isPartly={selection.loaded === 'some'}
                  onToggle={selection.onToggleLoaded}
                />
              )}
            </div>
          )}
          {isCompact ? (
            <span role="columnheader" className={styles.hidden}>
              {props.label}
            </span>
          ) : (
            columns.map((column) => (
              <SortHeader key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))
          )}
        </div>
      </div>
      <div
        role="rowgroup"
        ref={bodyRef}
        className={styles.body}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <TableRow
              key={props.rowKey(row)}
              row={row}
              index={item.index}
              top={item.start - place.top}
              height={rowHeight}
              tracks={tracks.gridTemplateColumns}
              isDimmed={props.isDimmed?.(row)}
              isSelected={selection?.isSelected(row)}
              boxLabel={selection?.labelOf(row)}
              onToggle={selection?.onToggle}
            >
              {props.isPending?.(row) ? (
                <PendingCells columns={columns} />
              ) : isCompact ? (
                <div role="cell" className={styles.compact}>
                  {props.compact(row)}
                </div>
              ) : (
                cellsOf(row)
              )}
            </TableRow>
          );
        })}
      </div>
    </div>
  );
}
