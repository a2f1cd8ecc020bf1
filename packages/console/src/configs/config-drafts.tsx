import type { ConfigDraftSummary } from '@drover/api';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import layout from '../components/layout.module.css';
import { SkeletonRows } from '../components/skeleton.tsx';
import { Time } from '../components/time.tsx';
import { useApi } from '../data/console-context.tsx';
import { draftQueries } from '../data/draft-queries.ts';
import { queries } from '../data/queries.ts';

/** All work that is no revision yet; a draft leads to the editor that goes on with it. */
export function ConfigDrafts() {
  const api = useApi();
  const query = useInfiniteQuery(draftQueries.all(api));
  const configs = useQuery(queries.configs(api)).data?.items;
  const columns = useMemo(() => {
    const newest = new Map(configs?.map(({ name, revision }) => [name, revision.number]));
    return columnsFor(newest);
  }, [configs]);
  const drafts = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  if (query.data === undefined || configs === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The drafts could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  if (drafts.length === 0) {
    return (
      <EmptyState title="No drafts">
        A draft is work not yet saved as a revision: one per configuration, shared by all operators. Save one
        from a configuration’s editor.
      </EmptyState>
    );
  }
  return (
    <DataTable
      label="Drafts"
      columns={columns}
      rows={drafts}
      total={query.data.pages[0]?.total ?? drafts.length}
      rowKey={({ name }) => name}
      compact={(draft) => (
        <div className={layout.card}>
          <div className={layout.cardLine}>{columns[0]?.cell(draft)}</div>
          <div className={layout.cardLine}>
            {columns[1]?.cell(draft)}
            {columns[2]?.cell(draft)}
          </div>
        </div>
      )}
      onNearEnd={() => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      }}
    />
  );
}

function baseText(draft: ConfigDraftSummary, newest: number | undefined): string {
  if (newest === undefined) return 'New configuration';
  if (draft.baseRevision === null) return `Not based on the latest, r${newest}`;
  return draft.baseRevision === newest
    ? `r${newest}, the latest`
    : `r${draft.baseRevision}; the latest is r${newest}`;
}

function columnsFor(newest: ReadonlyMap<string, number>): readonly DataColumn<ConfigDraftSummary>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      track: 'minmax(160px, 1.4fr)',
      cell: ({ name }) =>
        newest.has(name) ? (
          <Link to="/configs/$name" params={{ name }} data-row-link className={layout.name}>
            {name}
          </Link>
        ) : (
          <Link to="/new-configuration" search={{ draft: name }} data-row-link className={layout.name}>
            {name}
          </Link>
        ),
    },
    {
      id: 'base',
      header: 'Based on',
      track: 'minmax(150px, 1.4fr)',
      cell: (draft) => <span className={layout.muted}>{baseText(draft, newest.get(draft.name))}</span>,
    },
    {
      id: 'saved',
      header: 'Saved',
      track: 'minmax(140px, 1fr)',
      align: 'end',
      cell: ({ updatedAt, author }) => (
        <span className={layout.muted}>
          <Time at={updatedAt} /> by {author}
        </span>
      ),
    },
  ];
}
