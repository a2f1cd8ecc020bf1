import type { ReactNode } from 'react';
import styles from './check-field.module.css';

/** A box to check and, beside it, what that means. */
export function CheckField(props: {
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <label className={styles.field}>
      <input
        type="checkbox"
        checked={props.isChecked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.children}
    </label>
  );
}
