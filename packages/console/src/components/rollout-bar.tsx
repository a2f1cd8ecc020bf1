import type { RolloutAgentState, RolloutCounts } from '@drover/api';
import { formatCount } from './format.ts';
import styles from './rollout-bar.module.css';
import { rolloutAgentWords } from './tone.ts';

const ORDER: readonly RolloutAgentState[] = [
  'applied',
  'failed',
  'offered',
  'pending',
  'skipped',
  'superseded',
];

export function rolloutTotal(counts: RolloutCounts): number {
  return ORDER.reduce((sum, state) => sum + counts[state], 0);
}

/** How far a rollout is, one stretch for each state; the words are beside it or in its name. */
export function RolloutBar(props: { readonly counts: RolloutCounts; readonly size?: 'small' | 'large' }) {
  const total = rolloutTotal(props.counts);
  const present = ORDER.filter((state) => props.counts[state] > 0);
  const words = present.map(
    (state) => `${formatCount(props.counts[state])} ${rolloutAgentWords[state].word.toLowerCase()}`,
  );
  return (
    <div
      className={styles.bar}
      data-size={props.size ?? 'small'}
      role="img"
      aria-label={total === 0 ? 'No agents yet' : words.join(', ')}
    >
      {present.map((state) => (
        <span
          key={state}
          className={styles.part}
          data-state={state}
          style={{ flexGrow: props.counts[state], minWidth: 3 }}
        />
      ))}
    </div>
  );
}
