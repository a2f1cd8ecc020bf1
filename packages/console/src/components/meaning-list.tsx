import type { MeaningLine } from './change-lines.ts';
import styles from './meaning-diff.module.css';

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;
const SHOWN_MAX = 200;

/** What changes, by meaning. */
export function MeaningList({ lines }: { readonly lines: readonly MeaningLine[] }) {
  return (
    <>
      <ul className={styles.lines}>
        {lines.slice(0, SHOWN_MAX).map((line) => (
          <li key={`${line.sign} ${line.what} ${line.detail}`} className={styles.line}>
            <span className={styles.sign} data-sign={line.sign} title={line.sign}>
              {SIGNS[line.sign]}
            </span>
            <span>
              <code>{line.what}</code> <span className={styles.detail}>{line.detail}</span>
            </span>
          </li>
        ))}
      </ul>
      {lines.length > SHOWN_MAX ? <p className={styles.same}>and more; see line by line below</p> : null}
    </>
  );
}
