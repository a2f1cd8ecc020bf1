import type { DriftDifference, WouldRun } from '@drover/api';
import { countOf } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { Time } from '../components/time.tsx';
import styles from './would-run.module.css';

/** Of what it runs now. */
const WORDS: Record<DriftDifference['change'], string> = {
  missing: 'added',
  extra: 'removed',
  changed: 'changed',
};

/** In what this is another than what the agent says that it runs. */
export function WouldDiffer({ effective }: { readonly effective: NonNullable<WouldRun['effective']> }) {
  const { differences, reportedAt } = effective;
  return (
    <Panel
      title="Compared with effective"
      aside={
        <span className={styles.muted}>
          reported <Time at={reportedAt} />
        </span>
      }
    >
      {differences === null ? (
        <p className={styles.muted}>Cannot be compared: one of the two is not a Collector configuration.</p>
      ) : differences.length === 0 ? (
        <p className={styles.muted}>No difference in meaning.</p>
      ) : (
        <>
          <p className={styles.muted}>{countOf(differences.length, 'difference')} by meaning</p>
          <ul className={styles.differences}>
            {differences.map(({ path, change, intended, effective: now }) => (
              <li key={path}>
                <span className={styles.muted}>{WORDS[change]}</span> <code>{path}</code>
                {change === 'changed' ? (
                  <>
                    : <code>{JSON.stringify(now)}</code> → <code>{JSON.stringify(intended)}</code>
                  </>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
