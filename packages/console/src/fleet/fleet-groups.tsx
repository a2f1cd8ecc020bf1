import type { AgentGroup } from '@drover/api';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf, formatCount } from '../components/format.ts';
import { SkeletonRows } from '../components/skeleton.tsx';
import { ToneShape } from '../components/state-badge.tsx';
import type { Tone } from '../components/tone.ts';
import { type AgentFilterText, agentFilterOf, narrowed } from '../data/agent-filter.ts';
import { useApi } from '../data/console-context.tsx';
import type { FleetSearchParams } from '../page-search.ts';
import styles from './fleet.module.css';
import { groupWord } from './group-menu.tsx';
import { useKeptOrder } from './use-kept-order.ts';

const PAGE_ROWS = 100;
const SORTS = ['agents', '-agents', 'value', '-value'];

interface FleetGroupsProps {
  readonly search: FleetSearchParams;
  readonly filter: AgentFilterText;
  readonly by: string;
  readonly onSort: (sort: string | undefined) => void;
}

/** The agents that the filters leave, in groups; a group leads to its agents. */
export function FleetGroups({ search, filter, by, onSort }: FleetGroupsProps) {
  const api = useApi();
  const sort = SORTS.find((each) => each === search.sort) ?? '-agents';
  const query = useInfiniteQuery({
    queryKey: ['agents', 'groups', by, sort, filter],
    queryFn: ({ signal, pageParam }) =>
      api.agentGroups(
        {
          ...agentFilterOf(filter),
          by,
          sort,
          limit: PAGE_ROWS,
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const found = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  // Counts change all the time; a group that overtook another must not take its place under the pointer.
  const groups = useKeptOrder(
    found,
    keyOf,
    query.isPlaceholderData ? '' : JSON.stringify([by, sort, filter]),
  );
  const columns = useMemo(() => columnsOf(search, filter, by), [search, filter, by]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (query.isError)
    return (
      <ErrorState
        error={query.error}
        what="The groups could not be loaded"
        onRetry={() => void query.refetch()}
      />
    );
  if (query.data === undefined) return <SkeletonRows rows={10} />;
  if (groups.length === 0)
    return <EmptyState title="No agent matches">No agent of the fleet matches all filters above.</EmptyState>;
  return (
    <DataTable
      label={`Groups by ${groupWord(by)}`}
      columns={columns}
      rows={groups}
      total={query.data.pages[0]?.total ?? 0}
      rowKey={keyOf}
      compact={(group) => (
        <div className={styles.card}>
          <div className={styles.cardLine}>
            <GroupLink group={group} search={search} filter={filter} by={by} />
            <span>{countOf(group.agents, 'agent')}</span>
          </div>
          <div className={styles.cardLine}>
            <span className={styles.muted}>{formatCount(group.state.connected)} connected</span>
            <Count count={group.health.unhealthy} tone="broken" word=" unhealthy" />
          </div>
        </div>
      )}
      sort={sort}
      onSort={(next) => onSort(next === '-agents' ? undefined : next)}
      onNearEnd={onNearEnd}
    />
  );
}

function keyOf(group: AgentGroup): string {
  return group.value === null ? 'null' : `=${group.value}`;
}

/** What the fleet's page looks for when it shows the agents of a group. */
function searchOf(search: FleetSearchParams, filter: AgentFilterText, by: string, group: AgentGroup) {
  const field = group.value !== null && (by === 'type' || by === 'version') ? by : undefined;
  const part = field === undefined ? narrowed(filter, group.selector) : { [field]: group.value };
  return { ...search, ...part, by: undefined, sort: undefined };
}

interface GroupLinkProps {
  readonly group: AgentGroup;
  readonly search: FleetSearchParams;
  readonly filter: AgentFilterText;
  readonly by: string;
}

function GroupLink({ group, search, filter, by }: GroupLinkProps) {
  return (
    <Link
      to="/agents"
      search={searchOf(search, filter, by, group)}
      data-row-link
      className={styles.name}
      title={group.value ?? undefined}
    >
      {group.value === null ? (
        <span className={styles.faint}>Without {groupWord(by)}</span>
      ) : (
        <bdi>{group.value === '' ? '""' : group.value}</bdi>
      )}
    </Link>
  );
}

function Count(props: { readonly count: number; readonly tone?: Tone; readonly word?: string }) {
  if (props.count === 0) return <span className={styles.faint}>0{props.word}</span>;
  return (
    <span className={styles.count}>
      {props.tone === undefined ? null : <ToneShape tone={props.tone} />}
      {formatCount(props.count)}
      {props.word}
    </span>
  );
}

function columnsOf(
  search: FleetSearchParams,
  filter: AgentFilterText,
  by: string,
): readonly DataColumn<AgentGroup>[] {
  const count = (
    id: string,
    header: string,
    read: (group: AgentGroup) => number,
    options: { readonly tone?: Tone; readonly minTableWidth?: number } = {},
  ): DataColumn<AgentGroup> => ({
    id,
    header,
    track: '96px',
    align: 'end',
    ...(options.minTableWidth === undefined ? {} : { minTableWidth: options.minTableWidth }),
    cell: (group) => (
      <Count count={read(group)} {...(options.tone === undefined ? {} : { tone: options.tone })} />
    ),
  });
  return [
    {
      id: 'value',
      header: groupWord(by),
      track: 'minmax(180px, 1fr)',
      sortField: 'value',
      cell: (group) => <GroupLink group={group} search={search} filter={filter} by={by} />,
    },
    { ...count('agents', 'Agents', ({ agents }) => agents), sortField: 'agents' },
    count('connected', 'Connected', ({ state }) => state.connected),
    count('stale', 'Stale', ({ state }) => state.stale, { tone: 'look', minTableWidth: 860 }),
    count('disconnected', 'Disconnected', ({ state }) => state.disconnected, { minTableWidth: 760 }),
    count('healthy', 'Healthy', ({ health }) => health.healthy, { minTableWidth: 980 }),
    count('unhealthy', 'Unhealthy', ({ health }) => health.unhealthy, { tone: 'broken' }),
    count('inSync', 'In sync', ({ sync }) => sync.in_sync, { minTableWidth: 1080 }),
    count('failed', 'Failed', ({ sync }) => sync.failed, { tone: 'broken' }),
  ];
}
