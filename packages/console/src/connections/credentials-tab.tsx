import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { credentialStateWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import type { ConnectionsSearch } from '../page-search.ts';
import styles from './connections.module.css';
import { CredentialTable } from './credential-table.tsx';

const STATES = ['active', 'offered', 'due', 'failed'] as const;
const OPTIONS = [
  { value: '', word: 'All' },
  ...STATES.map((state) => ({ value: state, word: credentialStateWords[state].word })),
];
const BY_USE = '-lastUsedAt';

/** Credentials of agents of their own, the one that was used last first. */
export function CredentialsTab(props: {
  readonly search: ConnectionsSearch;
  readonly onChange: (change: Partial<ConnectionsSearch>) => void;
}) {
  const { state, sort = BY_USE } = props.search;
  const query = useInfiniteQuery(queries.credentials(useApi(), state, sort));
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <>
      <div className={styles.bar}>
        <Select
          label="Credential"
          value={state ?? ''}
          options={OPTIONS}
          onChange={(value) => props.onChange({ state: STATES.find((each) => each === value) })}
        />
        <span className={styles.muted}>{query.data === undefined ? '' : countOf(total, 'credential')}</span>
      </div>
      {query.data === undefined ? (
        query.isError ? (
          <ErrorState
            error={query.error}
            what="The credentials could not be loaded"
            onRetry={() => void query.refetch()}
          />
        ) : (
          <SkeletonRows rows={6} />
        )
      ) : rows.length === 0 ? (
        <EmptyState
          title={state === undefined ? 'No agent has its own credential' : 'No credentials in this state'}
        >
          {state === undefined
            ? 'An approved agent that accepts connection settings gets one, where agents connect with an enrolment token or need approval.'
            : 'Choose another state above.'}
        </EmptyState>
      ) : (
        <CredentialTable
          rows={rows}
          total={total}
          sort={sort}
          onSort={(next) => props.onChange({ sort: next === BY_USE ? undefined : next })}
          onNearEnd={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
          }}
        />
      )}
    </>
  );
}
