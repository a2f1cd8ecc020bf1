import { useMemo } from 'react';
import { useTextAnswer } from '../text/use-text-answer.ts';
import { countOf } from './format.ts';
import styles from './meaning-diff.module.css';
import { MeaningList } from './meaning-list.tsx';
import { Panel } from './panel.tsx';
import { SkeletonRows } from './skeleton.tsx';

/** The difference of two configurations in words; nothing at all where a text is no Collector configuration. */
export function MeaningDiff(props: { readonly before: string; readonly after: string }) {
  const { before, after } = props;
  const read = useTextAnswer(
    'meaning',
    after,
    useMemo(() => ({ before }), [before]),
  );
  if (read.kind === 'waiting') return <SkeletonRows rows={2} />;
  const lines = read.kind === 'answered' ? read.answer : undefined;
  if (lines === undefined) return null;
  return (
    <Panel
      title="By meaning"
      aside={
        <span className={styles.count}>{lines.length === 0 ? '' : countOf(lines.length, 'difference')}</span>
      }
    >
      {lines.length === 0 ? (
        <p className={styles.same}>No difference in meaning.</p>
      ) : (
        <MeaningList lines={lines} />
      )}
    </Panel>
  );
}
