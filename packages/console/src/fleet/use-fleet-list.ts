import type { AgentSummary, Page } from '@drover/api';
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLast } from '../components/use-last.ts';
import { type AgentFilterText, agentFilterOf, selectorOfUids } from '../data/agent-filter.ts';
import { useConsole } from '../data/console-context.tsx';
import { goneAfter } from './gone-agents.ts';

const PAGE_ROWS = 100;
/** Heartbeats raise no event; what is in view is read again this often, so that "last message" stays true. */
const VIEW_REFRESH_MS = 10_000;
/** As many uids as a selector of 4,096 characters holds. */
const REFRESH_MAX = 100;

type FleetPages = InfiniteData<Page<AgentSummary>, string>;

/** Puts fresh rows where the old ones stand; no row comes, goes or moves. */
export function patchRows(
  pages: FleetPages | undefined,
  fresh: readonly AgentSummary[],
): FleetPages | undefined {
  if (pages === undefined) return undefined;
  const byUid = new Map(fresh.map((agent) => [agent.instanceUid, agent]));
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.items.some((agent) => byUid.has(agent.instanceUid))
        ? { ...page, items: page.items.map((agent) => byUid.get(agent.instanceUid) ?? agent) }
        : page,
    ),
  };
}

export function useFleetList(
  filter: AgentFilterText,
  sort: string | undefined,
  attributes: readonly string[],
) {
  const { api, live } = useConsole();
  const queryClient = useQueryClient();
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const key = useMemo(
    () => ['agents', 'fleet', filter, sort ?? 'name', attributes],
    [filter, sort, attributes],
  );

  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) =>
      api.listAgents(
        {
          ...agentFilterOf(filter),
          limit: PAGE_ROWS,
          sort: sort ?? 'name',
          attributes,
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page: Page<AgentSummary>) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });

  const visible = useRef<readonly string[]>([]);
  const isRefreshing = useRef(false);
  const refreshRows = useCallback(
    async (uids: readonly string[]) => {
      if (uids.length === 0 || isRefreshing.current) return;
      isRefreshing.current = true;
      try {
        const wanted = uids.slice(0, REFRESH_MAX);
        const page = await api.listAgents({
          selector: selectorOfUids(wanted),
          limit: REFRESH_MAX,
          attributes,
        });
        queryClient.setQueryData<FleetPages>(key, (pages) => patchRows(pages, page.items));
      } catch {
        // The next round reads them again; the banner tells of a lost server.
      } finally {
        isRefreshing.current = false;
      }
    },
    [api, queryClient, key, attributes],
  );

  useEffect(
    () =>
      live.onBatch((batch) => {
        setRemoved((known) => goneAfter(known, batch));
        const seen = visible.current;
        void refreshRows(batch.isReset ? seen : seen.filter((uid) => batch.agents.has(uid)));
      }),
    [live, refreshRows],
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refreshRows(visible.current);
    }, VIEW_REFRESH_MS);
    return () => clearInterval(timer);
  }, [refreshRows]);

  // A selector that does not parse yet must not empty the page: the last rows stay, and are said to be old.
  const data = useLast(query.data);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return {
    query,
    rows,
    removed,
    /** How many matched when the list was read. */
    total: data?.pages[0]?.total ?? 0,
    isOld: query.isPlaceholderData || query.data === undefined,
    onVisible: useCallback((seen: readonly AgentSummary[]) => {
      visible.current = seen.map((agent) => agent.instanceUid);
    }, []),
    onNearEnd: useCallback(() => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    }, [hasNextPage, isFetchingNextPage, fetchNextPage]),
    /** Reads the list anew from its first page. */
    reload: useCallback(() => {
      queryClient.setQueryData<FleetPages>(key, (pages) =>
        pages === undefined
          ? undefined
          : { pages: pages.pages.slice(0, 1), pageParams: pages.pageParams.slice(0, 1) },
      );
      void queryClient.invalidateQueries({ queryKey: key });
    }, [queryClient, key]),
  };
}
