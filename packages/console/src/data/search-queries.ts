import type { ApiClient, SearchQuery, WouldRunQuery } from '@drover/api';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

const PAGE = 50;

export const searchQueries = {
  found: (api: ApiClient, query: SearchQuery) =>
    infiniteQueryOptions({
      queryKey: ['search', query],
      queryFn: ({ signal, pageParam }) =>
        api.search({ ...query, limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  wouldRun: (api: ApiClient, uid: string, query: WouldRunQuery) =>
    queryOptions({
      queryKey: ['agent', uid, 'would-run', query],
      queryFn: ({ signal }) => api.wouldRun(uid, query, signal),
    }),
};
