import type { ApiClient, ReassertSelection } from '@drover/api';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

const PAGE = 100;
/** It is looked for over all agents that drift: read again now and then, not with each change of an agent. */
const AGAIN_MS = 5_000;
const RUN_AGAIN_MS = 1_000;

function pageOf(selector: string, cursor: string) {
  return {
    limit: PAGE,
    ...(selector === '' ? {} : { selector }),
    ...(cursor === '' ? {} : { cursor }),
  };
}

/** Reads of drift over many agents, each under the key by which live events find it. */
export const driftQueries = {
  groups: (api: ApiClient, selector: string) =>
    infiniteQueryOptions({
      queryKey: ['drift', 'groups', selector],
      queryFn: ({ signal, pageParam }) => api.listDrift(pageOf(selector, pageParam), signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
      refetchInterval: AGAIN_MS,
    }),
  agents: (api: ApiClient, selector: string, path: string | undefined) =>
    infiniteQueryOptions({
      queryKey: ['drift', 'agents', selector, path ?? ''],
      queryFn: ({ signal, pageParam }) =>
        api.driftAgents({ ...pageOf(selector, pageParam), ...(path === undefined ? {} : { path }) }, signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
      refetchInterval: AGAIN_MS,
    }),
  /** Re-assertions of many agents; looked at again while one is under way. */
  runs: (api: ApiClient) =>
    queryOptions({
      queryKey: ['reassert-runs'],
      queryFn: ({ signal }) => api.listReasserts(signal),
      refetchInterval: ({ state }) =>
        state.data?.items.some((run) => run.state === 'running') ? RUN_AGAIN_MS : false,
    }),
  reassertion: (api: ApiClient, selection: ReassertSelection) =>
    queryOptions({
      queryKey: ['preview', 'reassert', selection],
      queryFn: ({ signal }) => api.previewReassert(selection, signal),
      staleTime: 0,
      gcTime: 0,
    }),
};
