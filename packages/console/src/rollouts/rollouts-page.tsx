import { ROLLOUT_STATES } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { LinkButton } from '../components/link-button.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { RolloutTable } from '../components/rollout-table.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { rolloutWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { useTitle } from '../shell/use-title.ts';
import styles from './rollouts.module.css';

const route = getRouteApi('/inside/rollouts');
const OPTIONS = [
  { value: '', word: 'All' },
  ...ROLLOUT_STATES.map((state) => ({ value: state, word: rolloutWords[state].word })),
];

export function RolloutsPage() {
  useTitle('Rollouts');
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(queries.rollouts(useApi(), state));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const rollouts = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <>
      <PageHeader
        title="Rollouts"
        aside={
          <span className={styles.muted}>{query.data === undefined ? '' : countOf(total, 'rollout')}</span>
        }
        actions={
          <LinkButton to="/rollouts/new" variant="filled">
            New rollout
          </LinkButton>
        }
      />
      {total === 0 && state === undefined ? null : (
        <div className={layout.bar}>
          <Select
            label="State"
            value={state ?? ''}
            options={OPTIONS}
            onChange={(value) =>
              void navigate({
                search: { state: ROLLOUT_STATES.find((each) => each === value) },
                replace: true,
                resetScroll: false,
              })
            }
          />
        </div>
      )}
      {query.data === undefined ? (
        query.isError ? (
          <ErrorState
            error={query.error}
            what="The rollouts could not be loaded"
            onRetry={() => void query.refetch()}
          />
        ) : (
          <SkeletonRows rows={6} />
        )
      ) : rollouts.length === 0 ? (
        <EmptyState title={state === undefined ? 'No rollouts yet' : 'No rollouts in this state'}>
          A rollout gives a configuration to the agents that a selector matches. It previews which agents
          would change, and can be paused, aborted and rolled back.
        </EmptyState>
      ) : (
        <RolloutTable rollouts={rollouts} total={total} onNearEnd={onNearEnd} />
      )}
    </>
  );
}
