import { ActionIcon, Button, Popover } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconColumns3 } from '@tabler/icons-react';
import styles from './fleet-choices.module.css';
import { columnWord, isUsual, NAME_COLUMN, USUAL_COLUMNS } from './fleet-columns.tsx';
import { KeyPicker } from './key-picker.tsx';

interface ColumnChooserProps {
  /** In the order of the table. */
  readonly ids: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

/** Which columns the table has, and in which order. */
export function ColumnChooser({ ids, onChange }: ColumnChooserProps) {
  const hidden = USUAL_COLUMNS.filter((id) => !ids.includes(id));
  const move = (from: number, to: number) => {
    const next = [...ids];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <Popover width={340} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button
          leftSection={<IconColumns3 size={15} aria-hidden />}
          data-chosen={!isUsual(ids)}
          className={`${styles.button} ${styles.tableOnly}`}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns of the table" className={styles.drop}>
        <ol className={styles.columns} aria-label="Shown, in this order">
          {ids.map((id, index) => (
            <li key={id} className={styles.column}>
              <label className={styles.check}>
                <input
                  type="checkbox"
                  checked
                  disabled={id === NAME_COLUMN}
                  onChange={() => onChange(ids.filter((each) => each !== id))}
                />
                <bdi className={styles.word}>{columnWord(id)}</bdi>
              </label>
              <ActionIcon
                size={24}
                aria-label={`Move ${columnWord(id)} to the left`}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              >
                <IconArrowUp size={14} aria-hidden />
              </ActionIcon>
              <ActionIcon
                size={24}
                aria-label={`Move ${columnWord(id)} to the right`}
                disabled={index === ids.length - 1}
                onClick={() => move(index, index + 1)}
              >
                <IconArrowDown size={14} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ol>
        {hidden.length === 0 ? null : (
          <ul className={styles.columns} aria-label="Not shown">
            {hidden.map((id) => (
              <li key={id} className={styles.column}>
                <label className={styles.check}>
                  <input type="checkbox" checked={false} onChange={() => onChange([...ids, id])} />
                  <span className={styles.word}>{columnWord(id)}</span>
                </label>
              </li>
            ))}
          </ul>
        )}
        <KeyPicker
          label="Add a label or an attribute"
          without={ids}
          onPick={(id) => {
            // Where it is seen: the last ones are left out first.
            const at = ids.indexOf(NAME_COLUMN) + 1;
            onChange([...ids.slice(0, at), id, ...ids.slice(at)]);
          }}
        />
        <div className={styles.end}>
          <span className={styles.aside}>In a narrow window, the last columns are hidden.</span>
          <Button disabled={isUsual(ids)} onClick={() => onChange(USUAL_COLUMNS)}>
            Reset
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
