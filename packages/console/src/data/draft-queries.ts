import type { ApiClient } from '@drover/api';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { isNotFound } from './failure-text.ts';

/** Reads of drafts, each under the key by which live events find it. */
export const draftQueries = {
  /** null where the configuration has no draft. */
  one: (api: ApiClient, name: string) =>
    queryOptions({
      queryKey: ['draft', name],
      queryFn: async ({ signal }) => {
        // Asked for by name first: that there is none is no error.
        const { total } = await api.listConfigDrafts({ name, limit: 1 }, signal);
        if (total === 0) return null;
        try {
          return await api.getConfigDraft(name, signal);
        } catch (error) {
          if (isNotFound(error)) return null;
          throw error;
        }
      },
    }),
  all: (api: ApiClient) =>
    infiniteQueryOptions({
      queryKey: ['drafts', 'list'],
      queryFn: ({ signal, pageParam }) =>
        api.listConfigDrafts({ limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  count: (api: ApiClient) =>
    queryOptions({
      queryKey: ['drafts', 'count'],
      queryFn: ({ signal }) => api.listConfigDrafts({ limit: 1 }, signal),
    }),
};
