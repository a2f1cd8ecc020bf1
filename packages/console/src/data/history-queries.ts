import type { ApiClient } from '@drover/api';
import { infiniteQueryOptions } from '@tanstack/react-query';

const PAGE = 50;

function pageOf(cursor: string) {
  return { limit: PAGE, ...(cursor === '' ? {} : { cursor }) };
}

/** What happened, newest first: under the key of the configuration or the agent, so that live events find it. */
export const historyQueries = {
  config: (api: ApiClient, name: string) =>
    infiniteQueryOptions({
      queryKey: ['rollouts', 'history', name],
      queryFn: ({ signal, pageParam }) => api.configHistory(name, pageOf(pageParam), signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  agent: (api: ApiClient, uid: string) =>
    infiniteQueryOptions({
      queryKey: ['agent', uid, 'config-history'],
      queryFn: ({ signal, pageParam }) => api.agentConfigHistory(uid, pageOf(pageParam), signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
};
