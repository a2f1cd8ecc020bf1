import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { countOf } from '../components/format.ts';
import { RolloutBar } from '../components/rollout-bar.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './rollout-indicator.module.css';

/** From anywhere in the console one sees that a rollout runs, and how far it is. */
export function RolloutIndicator() {
  const running = useQuery(queries.runningRollouts(useApi()));
  const first = running.data?.items[0];
  if (running.data === undefined || first === undefined) return null;
  const { total } = running.data;
  const words = `${countOf(total, 'rollout')} running`;
  const content = (
    <>
      <span>{words}</span>
      <RolloutBar counts={first.counts} />
    </>
  );
  return total === 1 ? (
    <Link to="/rollouts/$id" params={{ id: first.id }} className={styles.indicator}>
      {content}
    </Link>
  ) : (
    <Link to="/rollouts" className={styles.indicator}>
      {content}
    </Link>
  );
}
