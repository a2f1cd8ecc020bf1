import type { RolloutEvent, RolloutEventKind } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '../components/error-state.tsx';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import type { StateWord } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { rolloutQueries } from '../data/rollout-queries.ts';
import styles from './board.module.css';

const WORDS: Record<RolloutEventKind, StateWord> = {
  started: { tone: 'progress', word: 'Started' },
  wave_released: { tone: 'progress', word: 'Wave released' },
  wave_settled: { tone: 'gone', word: 'Wave settled' },
  gate_passed: { tone: 'well', word: 'Gate passed' },
  gate_failed: { tone: 'broken', word: 'Gate failed' },
  halted: { tone: 'look', word: 'Halted' },
  waits_for_approval: { tone: 'look', word: 'Waiting for approval' },
  approved: { tone: 'well', word: 'Approved' },
  paused: { tone: 'look', word: 'Paused' },
  resumed: { tone: 'progress', word: 'Resumed' },
  retried: { tone: 'progress', word: 'Retried' },
  aborted: { tone: 'gone', word: 'Aborted' },
  rolled_back: { tone: 'gone', word: 'Rolled back' },
  succeeded: { tone: 'well', word: 'Succeeded' },
  failed: { tone: 'broken', word: 'Failed' },
};

/** What to say beside the word where a moment has no text of its own. */
function detailOf({ kind, wave, by, text }: RolloutEvent): string {
  const place = wave === null ? '' : `wave ${wave + 1}`;
  const who = by === null ? '' : `by ${by}`;
  const own =
    kind === 'wave_settled' ? 'every reachable agent has a verdict' : kind === 'approved' ? '' : text;
  return [place, who, own].filter(Boolean).join(' · ');
}

/** What happened to a rollout, newest first. */
export function RolloutEvents({ id }: { readonly id: string }) {
  const query = useQuery(rolloutQueries.events(useApi(), id));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The events could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={3} />
    );
  }
  const { items } = query.data;
  return (
    <Panel title="Events" isFlush>
      <ol className={styles.events} aria-label="Events of the rollout">
        {items.map((event) => (
          <li key={`${event.at} ${event.kind} ${event.wave} ${event.text}`} className={styles.event}>
            <span className={styles.muted}>
              <Time at={event.at} />
            </span>
            <StateBadge state={WORDS[event.kind] ?? { tone: 'gone', word: event.kind }} />
            <span className={styles.what}>{detailOf(event)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
