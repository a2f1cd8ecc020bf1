import type { AgentSummary, ApiClient, Page } from '@drover/api';
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { type AgentFilterText, agentFilterOf } from '../data/agent-filter.ts';
import type { Console } from '../data/console.ts';
import { queries } from '../data/queries.ts';
import type { FleetSearchParams } from '../page-search.ts';
import { shownAttributes, storedColumns } from './fleet-attributes.ts';

const PAGE_ROWS = 100;

/** The fleet's list, page by page. */
export function fleetQuery(
  api: ApiClient,
  filter: AgentFilterText,
  sort: string | undefined,
  attributes: readonly string[],
) {
  return infiniteQueryOptions({
    queryKey: ['agents', 'fleet', filter, sort ?? 'name', attributes],
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
    // To compare all pages with each that comes would take longer the further one scrolls.
    structuralSharing: false,
    gcTime: 30_000,
  });
}

/**
 * Asks for what the fleet's page is about to show, before its code is there and ahead of what the frame around it asks
 * for: a browser has six requests to one server under way at a time.
 */
export function askForFleet({ api, queryClient }: Console, search: FleetSearchParams): void {
  if (queryClient.getQueryData(queries.session(api).queryKey) === null) return;
  const { sort, cols, by, ...filter } = search;
  const attributes = shownAttributes(cols ?? storedColumns() ?? []);
  if (by === undefined) void queryClient.prefetchInfiniteQuery(fleetQuery(api, filter, sort, attributes));
  void queryClient.prefetchQuery(queries.stats(api, filter));
}
