import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './scroll-line.module.css';
import { useScrollHint } from './use-scroll-hint.ts';

interface TabListProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly T[];
  readonly chosen: T;
  readonly word: (tab: T) => ReactNode;
}

/** The views of a page in one line, which scrolls sideways where it has no room; arrow keys go from one to the next. */
export function TabList<T extends string>({ label, tabs, chosen, word }: TabListProps<T>) {
  const { ref, more } = useScrollHint<HTMLDivElement>(chosen);
  return (
    <Tabs.List ref={ref} aria-label={label} className={styles.line} data-more={more}>
      {tabs.map((tab) => (
        <Tabs.Tab key={tab} value={tab}>
          {word(tab)}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
