import type { ReactNode } from 'react';
import styles from './page-header.module.css';

interface PageHeaderProps {
  readonly title: ReactNode;
  /** Beside the title: states, counts. */
  readonly aside?: ReactNode;
  /** The way back up, where the page is below another. */
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  /** At most one of them is the primary one. */
  readonly actions?: ReactNode;
}

export function PageHeader({ title, aside, above, below, actions }: PageHeaderProps) {
  return (
    <header className={styles.header}>
      {above === undefined ? null : <div className={styles.above}>{above}</div>}
      <div className={styles.row}>
        <div className={styles.lead}>
          <h1 className={styles.title}>{title}</h1>
          {aside}
        </div>
        {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      </div>
      {below === undefined ? null : <div className={styles.below}>{below}</div>}
    </header>
  );
}
