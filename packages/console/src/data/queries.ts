import {
  type AgentSelection,
  type ApiClient,
  ApiError,
  type CredentialState,
  type EnrolmentAct,
  type RolloutAgentState,
  type RolloutCreate,
  type RolloutState,
} from '@drover/api';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AgentFilterText } from './agent-filter.ts';
import { agentFilterOf } from './agent-filter.ts';
import { type EventGroup, kindsOf } from './event-groups.ts';

/** Every read of the console, each under the key by which live events find it. */
export const queries = {
  session: (api: ApiClient) =>
    queryOptions({
      queryKey: ['session'],
      queryFn: async ({ signal }) => {
        try {
          return await api.session(signal);
        } catch (error) {
          if (error instanceof ApiError && error.status === 401) return null;
          throw error;
        }
      },
      staleTime: Number.POSITIVE_INFINITY,
    }),
  self: (api: ApiClient) =>
    queryOptions({ queryKey: ['self'], queryFn: ({ signal }) => api.self(signal), staleTime: 60_000 }),
  stats: (api: ApiClient, filter: AgentFilterText = {}) =>
    queryOptions({
      queryKey: ['stats', filter],
      queryFn: ({ signal }) => api.stats(agentFilterOf(filter), signal),
      placeholderData: keepPreviousData,
    }),
  selectorStats: (api: ApiClient, selector: string) =>
    queryOptions({
      queryKey: ['stats', 'selector', selector],
      queryFn: ({ signal }) => api.stats({ selector }, signal),
      placeholderData: keepPreviousData,
    }),
  selectorSample: (api: ApiClient, selector: string, limit: number) =>
    queryOptions({
      queryKey: ['agents', 'sample', selector, limit],
      queryFn: ({ signal }) => api.listAgents({ selector, limit }, signal),
      placeholderData: keepPreviousData,
    }),
  agentSearch: (api: ApiClient, q: string, limit: number) =>
    queryOptions({
      queryKey: ['agents', 'search', q, limit],
      queryFn: ({ signal }) => api.listAgents({ q, limit }, signal),
      placeholderData: keepPreviousData,
    }),
  configAgents: (api: ApiClient, config: string) =>
    infiniteQueryOptions({
      queryKey: ['agents', 'config', config],
      queryFn: ({ signal, pageParam }) =>
        api.listAgents({ config, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  agent: (api: ApiClient, uid: string) =>
    queryOptions({
      queryKey: ['agent', uid],
      queryFn: ({ signal }) => api.getAgent(uid, signal),
      refetchInterval: 10_000,
    }),
  agentFlow: (api: ApiClient, uid: string) =>
    queryOptions({
      queryKey: ['agent', uid, 'flow'],
      queryFn: ({ signal }) => api.agentFlow(uid, signal),
      refetchInterval: 10_000,
    }),
  agentDrift: (api: ApiClient, uid: string) =>
    queryOptions({
      queryKey: ['agent', uid, 'drift'],
      queryFn: ({ signal }) => api.agentDrift(uid, signal),
    }),
  intendedConfig: (api: ApiClient, uid: string) =>
    queryOptions({
      queryKey: ['agent', uid, 'intended'],
      queryFn: ({ signal }) => api.intendedConfig(uid, signal),
    }),
  agentEvents: (api: ApiClient, uid: string, group: EventGroup | undefined) =>
    infiniteQueryOptions({
      queryKey: ['agent', uid, 'events', group ?? 'any'],
      queryFn: ({ signal, pageParam }) =>
        api.agentEvents(
          uid,
          {
            limit: 50,
            ...(group === undefined ? {} : { kind: kindsOf(group) }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          signal,
        ),
      placeholderData: keepPreviousData,
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  /** Who has waited longest first, so that those who come stand at the end. */
  waitingAgents: (api: ApiClient) =>
    infiniteQueryOptions({
      queryKey: ['agents', 'waiting'],
      queryFn: ({ signal, pageParam }) =>
        api.listAgents(
          {
            enrolment: ['pending'],
            sort: 'since',
            limit: 100,
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  enrolmentPreview: (api: ApiClient, act: EnrolmentAct, selection: AgentSelection) =>
    queryOptions({
      queryKey: ['preview', 'enrolment', act, selection],
      queryFn: ({ signal }) => api.previewEnrolment(act, selection, signal),
      staleTime: 0,
      gcTime: 0,
    }),
  tokens: (api: ApiClient) =>
    infiniteQueryOptions({
      queryKey: ['tokens'],
      queryFn: ({ signal, pageParam }) =>
        api.listEnrolmentTokens(
          { limit: 100, sort: '-createdAt', ...(pageParam === '' ? {} : { cursor: pageParam }) },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  credentials: (api: ApiClient, state: CredentialState | undefined, sort: string) =>
    infiniteQueryOptions({
      queryKey: ['credentials', state ?? 'any', sort],
      queryFn: ({ signal, pageParam }) =>
        api.listCredentials(
          {
            limit: 100,
            sort,
            ...(state === undefined ? {} : { state }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  agentCredentials: (api: ApiClient, uid: string) =>
    queryOptions({
      queryKey: ['agent', uid, 'credentials'],
      queryFn: ({ signal }) => api.agentCredentials(uid, { limit: 100 }, signal),
    }),
  configs: (api: ApiClient) =>
    queryOptions({ queryKey: ['configs'], queryFn: ({ signal }) => api.listConfigs({ limit: 500 }, signal) }),
  config: (api: ApiClient, name: string) =>
    queryOptions({ queryKey: ['config', name], queryFn: ({ signal }) => api.getConfig(name, signal) }),
  revisions: (api: ApiClient, name: string) =>
    queryOptions({
      queryKey: ['config', name, 'revisions'],
      queryFn: ({ signal }) => api.listRevisions(name, { limit: 500 }, signal),
    }),
  /** Revisions never change: read once. */
  revision: (api: ApiClient, name: string, number: number) =>
    queryOptions({
      queryKey: ['revision', name, number],
      queryFn: ({ signal }) => api.getRevision(name, number, signal),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  rollouts: (api: ApiClient, state: RolloutState | undefined) =>
    infiniteQueryOptions({
      queryKey: ['rollouts', 'list', state ?? 'any'],
      queryFn: ({ signal, pageParam }) =>
        api.listRollouts(
          {
            limit: 50,
            ...(state === undefined ? {} : { state }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          signal,
        ),
      placeholderData: keepPreviousData,
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  configRollouts: (api: ApiClient, config: string) =>
    queryOptions({
      queryKey: ['rollouts', 'config', config],
      queryFn: ({ signal }) => api.listRollouts({ config, limit: 50 }, signal),
    }),
  runningRollouts: (api: ApiClient) =>
    queryOptions({
      queryKey: ['rollouts', 'running'],
      queryFn: ({ signal }) => api.listRollouts({ state: 'running', limit: 20 }, signal),
    }),
  rollout: (api: ApiClient, id: string) =>
    queryOptions({ queryKey: ['rollout', id], queryFn: ({ signal }) => api.getRollout(id, signal) }),
  rolloutAgents: (
    api: ApiClient,
    id: string,
    state: RolloutAgentState | undefined,
    wave: number | undefined,
  ) =>
    infiniteQueryOptions({
      queryKey: ['rollout', id, 'agents', state ?? 'any', wave ?? 'all'],
      queryFn: ({ signal, pageParam }) =>
        api.rolloutAgents(
          id,
          {
            limit: 100,
            ...(state === undefined ? {} : { state }),
            ...(wave === undefined ? {} : { wave }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  preview: (api: ApiClient, body: RolloutCreate) =>
    queryOptions({
      queryKey: ['preview', body],
      queryFn: ({ signal }) => api.previewRollout(body, signal),
      staleTime: 0,
      gcTime: 0,
    }),
};
