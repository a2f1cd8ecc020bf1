import type { AgentGroup } from '@drover/api';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { countOf } from '../components/format.ts';
import { type AgentFilterText, agentFilterOf } from '../data/agent-filter.ts';
import { useApi } from '../data/console-context.tsx';
import { groupKeyOf } from './group-choice.ts';
import { groupWord } from './group-menu.tsx';
import { useKeptOrder } from './use-kept-order.ts';
import { useRowChoice } from './use-row-choice.ts';

const PAGE_ROWS = 100;
const SORTS = ['agents', '-agents', 'value', '-value'];
const NONE: ReadonlySet<string> = new Set();

/** The agents that the filters leave, in groups, and which groups are chosen; nothing while they are not grouped. */
export function useFleetGroups(
  filter: AgentFilterText,
  by: string | undefined,
  sortText: string | undefined,
) {
  const api = useApi();
  const sort = SORTS.find((each) => each === sortText) ?? '-agents';
  const query = useInfiniteQuery({
    queryKey: ['agents', 'groups', by, sort, filter],
    queryFn: ({ signal, pageParam }) =>
      api.agentGroups(
        {
          ...agentFilterOf(filter),
          by: by ?? '',
          sort,
          limit: PAGE_ROWS,
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: by !== undefined,
  });
  const found = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const scope = JSON.stringify([by, filter]);
  // Counts change all the time; a group that overtook another must not take its place under the pointer.
  const groups = useKeptOrder(found, groupKeyOf, query.isPlaceholderData ? '' : `${sort} ${scope}`);
  const labelOf = useCallback(
    ({ value, agents }: AgentGroup) =>
      `Select ${countOf(agents, 'agent')} ${value === null ? 'without' : 'of'} ${groupWord(by ?? '')}${value === null ? '' : ` ${value || '""'}`}`,
    [by],
  );
  const choosing = useRowChoice({
    rows: groups,
    keyOf: groupKeyOf,
    labelOf,
    headLabel: 'Select all groups',
    isHeadAll: true,
    scope,
    isPickedOfScope: true,
    gone: NONE,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { query, groups, total: query.data?.pages[0]?.total ?? 0, sort, choosing, onNearEnd };
}

export type FleetGroupList = ReturnType<typeof useFleetGroups>;
