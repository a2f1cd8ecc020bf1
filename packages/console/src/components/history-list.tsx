import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './history-list.module.css';
import { Panel } from './panel.tsx';
import { StateBadge } from './state-badge.tsx';
import { Time } from './time.tsx';
import type { StateWord } from './tone.ts';

interface HistoryListProps {
  readonly label: string;
  readonly children: ReactNode;
  /** The way to what is older, where there is more. */
  readonly onMore: (() => void) | undefined;
  readonly isLoadingMore: boolean;
}

/** What happened, newest first. */
export function HistoryList({ label, children, onMore, isLoadingMore }: HistoryListProps) {
  return (
    <Panel isFlush>
      <ol aria-label={label}>{children}</ol>
      {onMore === undefined ? null : (
        <div className={styles.more}>
          <Button loading={isLoadingMore} onClick={onMore}>
            Show older
          </Button>
        </div>
      )}
    </Panel>
  );
}

interface HistoryItemProps {
  readonly at: string;
  readonly state: StateWord;
  readonly children: ReactNode;
  /** Why, in the words of who did it. */
  readonly message: string;
  readonly error?: string;
  readonly actions?: ReactNode;
}

export function HistoryItem({ at, state, children, message, error = '', actions }: HistoryItemProps) {
  return (
    <li className={styles.entry}>
      <span className={styles.time}>
        <Time at={at} />
      </span>
      <StateBadge state={state} />
      <div className={styles.what}>
        {children}
        {message === '' ? null : <div className={styles.why}>{message}</div>}
        {error === '' ? null : <div className={styles.error}>{error}</div>}
      </div>
      {actions === undefined ? null : <div className={styles.acts}>{actions}</div>}
    </li>
  );
}
