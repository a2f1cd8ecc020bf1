import { Button } from '@mantine/core';
import styles from './fleet.module.css';

interface SelectorFilterProps {
  readonly selector: string | undefined;
  readonly onRelease: () => void;
}

/** The selector of a group that one came from, where words stand in the search line. A press lets go. */
export function SelectorFilter({ selector, onRelease }: SelectorFilterProps) {
  if (selector === undefined) return null;
  return (
    <Button data-chosen className={styles.facetButton} onClick={onRelease}>
      {selector} ×
    </Button>
  );
}
