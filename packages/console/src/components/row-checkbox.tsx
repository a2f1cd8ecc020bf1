import { useEffect, useRef } from 'react';
import styles from './row-checkbox.module.css';

interface RowCheckboxProps {
  /** Name for screen readers. */
  readonly label: string;
  readonly isChecked: boolean;
  readonly isPartly?: boolean;
  readonly onToggle: (isRange: boolean) => void;
}

/** A box as high as its row, so that a finger meets it; with Shift it takes a range. */
export function RowCheckbox({ label, isChecked, isPartly = false, onToggle }: RowCheckboxProps) {
  const input = useRef<HTMLInputElement>(null);
  const hasShift = useRef(false);
  useEffect(() => {
    if (input.current !== null) input.current.indeterminate = isPartly;
  }, [isPartly]);
  return (
    <label
      className={styles.box}
      onMouseDown={(event) => {
        // Else the browser selects the text between two clicks.
        if (event.shiftKey) event.preventDefault();
      }}
      onClickCapture={(event) => {
        // A click on the label is followed by one on the box, which not every browser tells of the key.
        if (event.target !== input.current) hasShift.current = event.shiftKey;
        else if (event.shiftKey) hasShift.current = true;
      }}
    >
      <input
        ref={input}
        type="checkbox"
        checked={isChecked}
        aria-label={label}
        onChange={() => {
          onToggle(hasShift.current);
          hasShift.current = false;
        }}
      />
    </label>
  );
}
