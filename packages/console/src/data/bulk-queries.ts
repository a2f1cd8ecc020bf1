import type { ApiClient, BulkForget, BulkLabel, BulkRestart } from '@drover/api';
import { queryOptions } from '@tanstack/react-query';

/** While agents are being asked to restart. */
const RUN_AGAIN_MS = 1000;

/** A preview is of this moment: never kept. */
const ofNow = { staleTime: 0, gcTime: 0 } as const;

/** What acts on many agents would do, and how far restarts are. */
export const bulkQueries = {
  label: (api: ApiClient, body: BulkLabel) =>
    queryOptions({
      queryKey: ['preview', 'label', body],
      queryFn: ({ signal }) => api.previewLabels(body, signal),
      ...ofNow,
    }),
  forget: (api: ApiClient, body: BulkForget) =>
    queryOptions({
      queryKey: ['preview', 'forget', body],
      queryFn: ({ signal }) => api.previewForget(body, signal),
      ...ofNow,
    }),
  restart: (api: ApiClient, body: BulkRestart) =>
    queryOptions({
      queryKey: ['preview', 'restart', body],
      queryFn: ({ signal }) => api.previewRestart(body, signal),
      ...ofNow,
    }),
  restartRuns: (api: ApiClient) =>
    queryOptions({
      queryKey: ['restart-runs'],
      queryFn: ({ signal }) => api.listRestartRuns(signal),
      refetchInterval: ({ state }) =>
        state.data?.items.some((run) => run.state === 'running') ? RUN_AGAIN_MS : false,
    }),
};
