import { useMemo } from 'react';
import { countOf } from './format.ts';
import styles from './meaning-diff.module.css';
import { meaningLines } from './meaning-lines.ts';
import { MeaningList } from './meaning-list.tsx';
import { Panel } from './panel.tsx';

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
        <MeaningList lines={lines} />
      )}
    </Panel>
  );
}
