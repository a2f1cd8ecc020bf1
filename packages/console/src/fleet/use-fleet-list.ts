import type { AgentSummary } from '@drover/api';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLast } from '../components/use-last.ts';
import { type AgentFilterText, selectorOfUids } from '../data/agent-filter.ts';
import { useConsole } from '../data/console-context.tsx';
import { type FleetPages, isReleased, patchRows, releaseFar } from './fleet-pages.ts';
import { fleetQuery } from './fleet-query.ts';
import { goneAfter } from './gone-agents.ts';

/** Heartbeats raise no event; what is in view is read again this often, so that "last message" stays true. */
const VIEW_REFRESH_MS = 10_000;
/** As many uids as a selector of 4,096 characters holds. */
const REFRESH_MAX = 100;
/** On either side of what is in view. */
const AHEAD_ROWS = 25;

export function useFleetList(
  filter: AgentFilterText,
  sort: string | undefined,
  attributes: readonly string[],
) {
  const { api, live } = useConsole();
  const queryClient = useQueryClient();
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const options = useMemo(() => fleetQuery(api, filter, sort, attributes), [api, filter, sort, attributes]);
  const key = options.queryKey;
  const query = useInfiniteQuery(options);

  const visible = useRef<readonly string[]>([]);
  /** Those in view, or near it, of which only the name is held. */
  const missing = useRef<readonly string[]>([]);
  const isRefreshing = useRef(false);
  const refreshRows = useCallback(
    async (uids: readonly string[]) => {
      for (let wanted = uids; wanted.length > 0 && !isRefreshing.current; wanted = missing.current) {
        isRefreshing.current = true;
        try {
          const asked = wanted.slice(0, REFRESH_MAX);
          const page = await api.listAgents({
            selector: selectorOfUids(asked),
            limit: REFRESH_MAX,
            attributes,
          });
          const found = new Set(page.items.map(({ instanceUid }) => instanceUid));
          const gone = asked.filter((uid) => !found.has(uid));
          if (gone.length > 0) setRemoved((known) => new Set([...known, ...gone]));
          missing.current = missing.current.filter((uid) => !asked.includes(uid));
          queryClient.setQueryData<FleetPages>(key, (pages) => patchRows(pages, page.items));
        } catch {
          // The next round reads them again; the banner tells of a lost server.
          return;
        } finally {
          isRefreshing.current = false;
        }
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
    onVisible: useCallback(
      (seen: readonly AgentSummary[], first: number) => {
        visible.current = seen.map((agent) => agent.instanceUid);
        missing.current = rows
          .slice(Math.max(0, first - AHEAD_ROWS), first + seen.length + AHEAD_ROWS)
          .filter((agent) => isReleased(agent) && !removed.has(agent.instanceUid))
          .map((agent) => agent.instanceUid);
        void refreshRows(missing.current);
        const pages = queryClient.getQueryData<FleetPages>(key);
        const bounded = pages && releaseFar(pages, first);
        if (bounded !== pages) queryClient.setQueryData<FleetPages>(key, bounded);
      },
      [rows, removed, refreshRows, queryClient, key],
    ),
    isPending: useCallback(
      (agent: AgentSummary) => isReleased(agent) && !removed.has(agent.instanceUid),
      [removed],
    ),
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
