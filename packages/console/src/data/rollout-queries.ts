import type { ApiClient, Rollout, RolloutCreate, RolloutReasonQuery } from '@drover/api';
import { queryOptions } from '@tanstack/react-query';

type Target = Pick<Rollout['target'], 'configs' | 'replaces'>;

/** What a rollout of the same target takes. */
function inputOf({ configs, replaces }: Target): RolloutCreate['target'] {
  const [only] = configs;
  return replaces === 'layer' && only !== undefined
    ? { kind: 'config', ...only, replaces }
    : { kind: 'config', configs: [...configs] };
}

/** Reads of the board, under the key of the rollout so that live events find them. */
export const rolloutQueries = {
  reasons: (api: ApiClient, id: string, state: NonNullable<RolloutReasonQuery['state']>) =>
    queryOptions({
      queryKey: ['rollout', id, 'reasons', state],
      queryFn: ({ signal }) => api.rolloutReasons(id, { state }, signal),
    }),
  events: (api: ApiClient, id: string) =>
    queryOptions({
      queryKey: ['rollout', id, 'events'],
      queryFn: ({ signal }) => api.rolloutEvents(id, signal),
    }),
  paused: (api: ApiClient) =>
    queryOptions({
      queryKey: ['rollouts', 'paused'],
      queryFn: ({ signal }) => api.listRollouts({ state: 'paused', limit: 20 }, signal),
    }),
  wouldRun: (api: ApiClient, uid: string, target: Target) =>
    queryOptions({
      queryKey: ['preview', 'would-run', uid, target],
      queryFn: ({ signal }) => api.wouldRun(uid, { target: inputOf(target) }, signal),
    }),
};
