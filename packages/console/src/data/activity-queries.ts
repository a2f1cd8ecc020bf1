import {
  ACTIVITY_KINDS,
  type ActivityFilter,
  AGENT_EVENT_KINDS,
  type ApiClient,
  type FleetEventListQuery,
} from '@drover/api';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ActivityAge, ActivitySearch } from '../page-search.ts';

const PAGE = 50;
/** So many new events are counted; more are told as more. */
export const NEW_EVENTS_COUNTED = 100;
/** A busy fleet has new events all the time: they are counted at leisure. */
const NEW_EVENTS_MS = 5000;
const HOUR_MS = 3_600_000;
const AGES_MS: Record<ActivityAge, number> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 168 * HOUR_MS,
  '30d': 720 * HOUR_MS,
};

export type FleetEventFilter = Pick<FleetEventListQuery, 'kind' | 'selector' | 'instanceUid'>;

/** What the address asks for, as the server is asked. `nowMs` is held by the caller, so that the same list is meant each time. */
export function activityFilterOf(search: ActivitySearch, nowMs: number): ActivityFilter {
  const { q, kind, author, subject, age } = search;
  const kinds = ACTIVITY_KINDS.filter((one) => one === kind || one.startsWith(`${kind}.`));
  return {
    ...(kinds.length === 0 ? {} : { kind: kinds }),
    ...(author === undefined ? {} : { author }),
    ...(subject === undefined ? {} : { subject }),
    ...(q === undefined ? {} : { q }),
    ...(age === undefined ? {} : { since: new Date(nowMs - AGES_MS[age]).toISOString() }),
  };
}

export function eventFilterOf({ kind, selector, uid }: ActivitySearch): FleetEventFilter {
  const kinds = AGENT_EVENT_KINDS.filter((one) => kind?.split(',').includes(one));
  return {
    ...(kinds.length === 0 ? {} : { kind: kinds }),
    ...(selector === undefined ? {} : { selector }),
    ...(uid === undefined ? {} : { instanceUid: uid }),
  };
}

/** Reads of what happened. A list stays as it was read; its head tells what is new by now. */
export const activityQueries = {
  list: (api: ApiClient, filter: ActivityFilter) =>
    infiniteQueryOptions({
      queryKey: ['activity', 'list', filter],
      queryFn: ({ signal, pageParam }) =>
        api.listActivity(
          { ...filter, limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    }),
  head: (api: ApiClient, filter: ActivityFilter) =>
    queryOptions({
      queryKey: ['activity', 'head', filter],
      queryFn: ({ signal }) => api.listActivity({ ...filter, limit: PAGE }, signal),
    }),
  events: (api: ApiClient, filter: FleetEventFilter) =>
    infiniteQueryOptions({
      queryKey: ['fleet-events', 'list', filter],
      queryFn: ({ signal, pageParam }) =>
        api.listAgentEvents(
          { ...filter, limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          signal,
        ),
      initialPageParam: '',
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    }),
  eventsHead: (api: ApiClient, filter: FleetEventFilter) =>
    queryOptions({
      queryKey: ['fleet-events', 'head', filter],
      queryFn: ({ signal }) => api.listAgentEvents({ ...filter, limit: NEW_EVENTS_COUNTED }, signal),
      refetchInterval: NEW_EVENTS_MS,
    }),
};
