import type { RolloutReasonQuery } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { AgentTitle } from '../components/agent-title.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Foreign } from '../components/foreign.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { rolloutQueries } from '../data/rollout-queries.ts';
import styles from './board.module.css';

interface RolloutReasonsProps {
  readonly id: string;
  readonly state: NonNullable<RolloutReasonQuery['state']>;
  readonly title: string;
}

/** Why agents are where they are, those that say the same together. */
export function RolloutReasons({ id, state, title }: RolloutReasonsProps) {
  const query = useQuery(rolloutQueries.reasons(useApi(), id, state));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The reasons could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={2} />
    );
  }
  const { items, rest } = query.data;
  if (items.length === 0) return null;
  return (
    <Panel title={title} isFlush>
      <ul className={styles.reasons}>
        {items.map(({ reason, agents, variants, sample }) => (
          <li key={reason} className={styles.reason}>
            <strong className={styles.count}>{countOf(agents, 'agent')}</strong>
            <div className={styles.what}>
              <div className={state === 'failed' ? styles.error : undefined}>
                <Foreign text={reason === '' ? 'no reason given' : reason} />
              </div>
              <div className={styles.muted}>
                {sample.map(({ instanceUid, displayName }, index) => (
                  <span key={instanceUid}>
                    {index === 0 ? '' : ', '}
                    <Link to="/agents/$uid" params={{ uid: instanceUid }} search={{ tab: 'configuration' }}>
                      <AgentTitle name={displayName} uid={instanceUid} />
                    </Link>
                  </span>
                ))}
                {agents > sample.length ? ` and ${formatCount(agents - sample.length)} more` : ''}
                {variants > 1
                  ? ` · ${formatCount(variants)} variants with different numbers or addresses`
                  : ''}
              </div>
            </div>
          </li>
        ))}
        {rest === 0 ? null : (
          <li className={styles.rest}>and {countOf(rest, 'agent')} with other reasons, listed below</li>
        )}
      </ul>
    </Panel>
  );
}
