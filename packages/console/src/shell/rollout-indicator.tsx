import type { Rollout } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { countOf } from '../components/format.ts';
import { RolloutBar } from '../components/rollout-bar.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { rolloutQueries } from '../data/rollout-queries.ts';
import styles from './rollout-indicator.module.css';

/** From anywhere in the console one sees that a rollout runs, and how far it is, or that one waits for somebody. */
export function RolloutIndicator() {
  const api = useApi();
  const running = useQuery(queries.runningRollouts(api)).data;
  const paused = useQuery(rolloutQueries.paused(api)).data;
  return (
    <>
      <Indicator rollouts={running?.items ?? []} total={running?.total ?? 0} state="running" />
      <Indicator rollouts={paused?.items ?? []} total={paused?.total ?? 0} state="paused" />
    </>
  );
}

interface IndicatorProps {
  readonly rollouts: readonly Rollout[];
  readonly total: number;
  readonly state: 'running' | 'paused';
}

function Indicator({ rollouts, total, state }: IndicatorProps) {
  const [first] = rollouts;
  if (first === undefined) return null;
  const failed = rollouts.reduce((sum, { counts }) => sum + counts.failed, 0);
  const content = (
    <>
      <span>
        {countOf(total, 'rollout')} {state}
        {failed === 0 ? '' : `, ${countOf(failed, 'agent')} failed`}
      </span>
      <RolloutBar counts={first.counts} />
    </>
  );
  return total === 1 ? (
    <Link to="/rollouts/$id" params={{ id: first.id }} className={styles.indicator} data-state={state}>
      {content}
    </Link>
  ) : (
    <Link to="/rollouts" search={{ state }} className={styles.indicator} data-state={state}>
      {content}
    </Link>
  );
}
