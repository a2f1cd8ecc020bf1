// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the links and buttons inside the table take the focus
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { DataColumn } from './data-column.ts';
import styles from './data-table.module.css';

interface SortHeaderProps<T> {
  readonly column: DataColumn<T>;
  readonly sort: string | undefined;
  readonly onSort: ((sort: string) => void) | undefined;
}

export function SortHeader<T>({ column, sort, onSort }: SortHeaderProps<T>) {
  const field = column.sortField;
  const isSorted = field !== undefined && (sort === field || sort === `-${field}`);
  const isDown = isSorted && sort?.startsWith('-') === true;
  return (
    <div
      role="columnheader"
      className={styles.header}
      data-align={column.align}
      aria-sort={isSorted ? (isDown ? 'descending' : 'ascending') : undefined}
    >
      {field === undefined || onSort === undefined ? (
        column.header
      ) : (
        <button
          type="button"
          className={styles.sort}
          data-sorted={isSorted}
          onClick={() => onSort(isSorted && !isDown ? `-${field}` : field)}
        >
          {column.header}
          {isSorted ? (
            isDown ? (
              <IconArrowDown size={13} aria-hidden />
            ) : (
              <IconArrowUp size={13} aria-hidden />
            )
          ) : null}
        </button>
      )}
    </div>
  );
}
