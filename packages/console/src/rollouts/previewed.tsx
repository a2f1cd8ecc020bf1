import type { RolloutPreview } from '@drover/api';
import { Button, TextInput } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { PreviewAgents, PreviewResult } from './preview-result.tsx';
import styles from './rollouts.module.css';

interface PreviewedProps {
  readonly preview: RolloutPreview;
  /** Where somebody pressed for it, it takes the focus and comes into view. */
  readonly isAsked: boolean;
  /** True where others than those of the first wave wait for an approval. */
  readonly isTriedFirst: boolean;
  readonly message: string;
  readonly onMessage: (message: string) => void;
  readonly isStarting: boolean;
  readonly error: Error | null;
  readonly onStart: () => void;
  readonly onBack: () => void;
}

/** What a preview found, and the way on. The keyboard comes to that way before it comes to the rows of agents. */
export function Previewed(props: PreviewedProps) {
  const { preview, isAsked, error } = props;
  const result = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!isAsked) return;
    result.current?.focus({ preventScroll: true });
    result.current?.scrollIntoView({ block: 'nearest' });
  }, [isAsked]);
  return (
    <>
      <section ref={result} tabIndex={-1} aria-label="What the preview found" className={styles.found}>
        <PreviewResult preview={preview} />
      </section>
      <TextInput
        label="Reason"
        description="Optional; shown with the rollout and in the history"
        maxLength={2000}
        value={props.message}
        onChange={(event) => props.onMessage(event.currentTarget.value)}
      />
      {error === null ? null : <FailureNote error={error} />}
      <div className={styles.goRow}>
        <Button onClick={props.onBack}>Back</Button>
        <Button variant="filled" data-size="lg" loading={props.isStarting} onClick={props.onStart}>
          {goWords(preview, props.isTriedFirst)}
        </Button>
      </div>
      <PreviewAgents preview={preview} />
    </>
  );
}

function goWords({ wouldChange, waves }: RolloutPreview, isTriedFirst: boolean): string {
  if (wouldChange.count === 0) return 'Start as a standing rollout';
  const first = waves[0]?.agents ?? 0;
  return isTriedFirst && first < wouldChange.count
    ? `Roll out to ${formatCount(first)} of ${countOf(wouldChange.count, 'agent')} first`
    : `Roll out to ${countOf(wouldChange.count, 'agent')}`;
}
