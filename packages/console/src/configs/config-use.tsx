import type { Config } from '@drover/api';
import { countOf, formatCount } from '../components/format.ts';
import { StateBadge } from '../components/state-badge.tsx';
import styles from './configs.module.css';

/** How many are to run it, and where they stand. */
export function ConfigUse({ use }: { readonly use: Config['use'] }) {
  if (use.assigned === 0) return <span className={styles.muted}>Not in use</span>;
  return (
    <span className={styles.use}>
      <span>{countOf(use.assigned, 'agent')}</span>
      {use.inSync === 0 ? null : (
        <StateBadge state={{ tone: 'well', word: `${formatCount(use.inSync)} in sync` }} />
      )}
      {use.pending === 0 ? null : (
        <StateBadge state={{ tone: 'progress', word: `${formatCount(use.pending)} pending` }} />
      )}
      {use.failed === 0 ? null : (
        <StateBadge state={{ tone: 'broken', word: `${formatCount(use.failed)} failed` }} />
      )}
    </span>
  );
}
