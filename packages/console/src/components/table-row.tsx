// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the links and buttons inside the table take the focus
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the link of a row takes the keys
import { memo, type ReactNode } from 'react';
import styles from './data-table.module.css';
import { openRow } from './open-row.ts';
import { RowCheckbox } from './row-checkbox.tsx';

interface TableRowProps<T> {
  readonly row: T;
  readonly index: number;
  /** Pixels from the top of the table's body. */
  readonly top: number;
  readonly height: number;
  readonly tracks: string;
  readonly isDimmed: boolean | undefined;
  readonly isSelected: boolean | undefined;
  /** What its box is called; undefined where rows cannot be chosen. */
  readonly boxLabel: string | undefined;
  readonly onToggle: ((row: T, isRange: boolean) => void) | undefined;
  readonly children: ReactNode;
}

function PlainTableRow<T>(props: TableRowProps<T>) {
  const { row, index, boxLabel, onToggle } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-dimmed={props.isDimmed}
      data-selected={props.isSelected}
      className={styles.row}
      onClick={openRow}
      style={{
        gridTemplateColumns: props.tracks,
        position: 'absolute',
        insetInline: 0,
        top: 0,
        height: props.height,
        transform: `translateY(${props.top}px)`,
      }}
    >
      {boxLabel === undefined ? null : (
        <div role="cell" className={styles.choose}>
          <RowCheckbox
            label={boxLabel}
            isChecked={props.isSelected === true}
            onToggle={(isRange) => onToggle?.(row, isRange)}
          />
        </div>
      )}
      {props.children}
    </div>
  );
}

/** One row of a table, drawn anew only where something of it is another: not for each step of the wheel. */
export const TableRow = memo(PlainTableRow) as typeof PlainTableRow;
