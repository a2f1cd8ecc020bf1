import { useMemo } from 'react';
import { countOf } from './format.ts';
import styles from './meaning-diff.module.css';
import { meaningLines } from './meaning-lines.ts';
import { Panel } from './panel.tsx';

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;
const SHOWN_MAX = 200;

/** The difference of two configurations in words; nothing at all where a text is no Collector configuration. */
export function MeaningDiff(props: { readonly before: string; readonly after: string }) {
  const { before, after } = props;
  const lines = useMemo(() => meaningLines(before, after), [before, after]);
  if (lines === undefined) return null;
  return (
    <Panel
      title="By meaning"
      aside={
        <span className={styles.count}>{lines.length === 0 ? '' : countOf(lines.length, 'difference')}</span>
      }
    >
      {lines.length === 0 ? (
        <p className={styles.same}>Both mean the same, however they are written.</p>
      ) : (
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
      )}
      {lines.length > SHOWN_MAX ? <p className={styles.same}>and more, below line by line</p> : null}
    </Panel>
  );
}
