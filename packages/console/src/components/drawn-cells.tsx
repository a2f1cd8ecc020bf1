// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the links and buttons inside the table take the focus
import { type ReactNode, useCallback, useMemo } from 'react';
import type { DataColumn } from './data-column.ts';
import styles from './data-table.module.css';

/** The cells of a row, drawn once for as long as row and columns are the same: scrolling moves them and draws none anew. */
export function useDrawnCells<T extends object>(columns: readonly DataColumn<T>[]): (row: T) => ReactNode {
  // biome-ignore lint/correctness/useExhaustiveDependencies: other columns, other cells
  const drawn = useMemo(() => new WeakMap<T, ReactNode>(), [columns]);
  return useCallback(
    (row) => {
      const known = drawn.get(row);
      if (known !== undefined) return known;
      const cells = columns.map((column) => (
        <div key={column.id} role="cell" className={styles.cell} data-align={column.align}>
          {column.cell(row)}
        </div>
      ));
      drawn.set(row, cells);
      return cells;
    },
    [columns, drawn],
  );
}

/** The places of cells that have not come yet. */
export function PendingCells(props: { readonly columns: readonly { readonly id: string }[] }) {
  const ids = props.columns.length === 0 ? ['card'] : props.columns.map(({ id }) => id);
  return ids.map((id) => (
    <div key={id} role="cell" aria-busy="true" className={`${styles.cell} ${styles.pending}`} />
  ));
}
