import type { ReactNode } from 'react';
import styles from './state-pages.module.css';

interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** It is the whole page, and its title the page's. */
  readonly isPage?: boolean;
}

/** Nothing is here, and what to do about it. */
export function EmptyState({ title, children, action, isPage }: EmptyStateProps) {
  const Title = isPage === true ? 'h1' : 'h2';
  return (
    <div className={styles.state}>
      <Title className={styles.title}>{title}</Title>
      {children === undefined ? null : <div className={styles.text}>{children}</div>}
      {action === undefined ? null : <div className={styles.action}>{action}</div>}
    </div>
  );
}
