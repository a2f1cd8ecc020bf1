import type { Agent, AgentConfigEntry } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import type { StateWord } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { historyQueries } from '../data/history-queries.ts';
import styles from './agent.module.css';

export const RESULT_WORDS: Record<AgentConfigEntry['result'], StateWord> = {
  waiting: { tone: 'progress', word: 'No verdict yet' },
  applied: { tone: 'well', word: 'Applied' },
  failed: { tone: 'broken', word: 'Failed' },
  replaced: { tone: 'gone', word: 'Superseded' },
};

/** What the agent is to run now, as its history has it; undefined while that is read, or where it is not kept. */
function useCurrent({ instanceUid }: Agent): AgentConfigEntry | undefined {
  const query = useInfiniteQuery(historyQueries.agent(useApi(), instanceUid));
  return query.data?.pages.flatMap(({ items }) => items).find(({ isCurrent }) => isCurrent);
}

/** When it was assigned, by which rollout, of whom, and why. */
export function AssignedBy({ agent }: { readonly agent: Agent }) {
  const { desired } = agent.remoteConfig;
  const current = useCurrent(agent);
  if (desired === null) return null;
  return (
    <>
      <Time at={desired.assignedAt} />
      {desired.rolloutId === null ? null : (
        <>
          {' from '}
          <Link to="/rollouts/$id" params={{ id: desired.rolloutId }}>
            {current?.cause === 'rollback' ? 'the rollback of this rollout' : 'this rollout'}
          </Link>
        </>
      )}
      {current === undefined || current.by === '' ? '' : ` by ${current.by}`}
      {current === undefined || current.message === '' ? null : (
        <div className={styles.muted}>{current.message}</div>
      )}
    </>
  );
}

/** What became of it there. */
export function AssignedResult({ agent }: { readonly agent: Agent }) {
  const current = useCurrent(agent);
  if (current === undefined) return <span className={styles.muted}>Unknown</span>;
  return (
    <>
      <StateBadge state={RESULT_WORDS[current.result]} />{' '}
      {current.resultAt === null ? null : (
        <span className={styles.muted}>
          <Time at={current.resultAt} />
        </span>
      )}
      {current.error === '' ? null : <div className={styles.broken}>{current.error}</div>}
    </>
  );
}
