import type { ApiClient } from '@drover/api';
import { queryOptions } from '@tanstack/react-query';

const HEALTH_MS = 5000;

/** Reads of the server itself. */
export const selfQueries = {
  health: (api: ApiClient) =>
    queryOptions({
      queryKey: ['self', 'health'],
      queryFn: ({ signal }) => api.selfHealth(signal),
      refetchInterval: HEALTH_MS,
    }),
  settings: (api: ApiClient) =>
    queryOptions({ queryKey: ['self', 'settings'], queryFn: ({ signal }) => api.selfSettings(signal) }),
};
