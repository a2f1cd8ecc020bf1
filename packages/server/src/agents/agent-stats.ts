import type {
  ConfigStatus,
  ConnectionState,
  CredentialKind,
  DriftState,
  EnrolmentState,
  HealthState,
  Stats,
  SyncState,
} from '@drover/api';
import type { SlotSet } from '../lib/slot-set.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { IndexField } from './agent-index.ts';
import { type AgentMatch, filterAgents } from './agent-list.ts';

const STATES: readonly ConnectionState[] = ['connected', 'stale', 'disconnected'];
const HEALTHS: readonly HealthState[] = ['healthy', 'unhealthy', 'unknown'];
const SYNCS: readonly SyncState[] = ['none', 'in_sync', 'pending', 'failed'];
const STATUSES: readonly ConfigStatus[] = ['unset', 'applying', 'applied', 'failed'];
const ENROLMENTS: readonly EnrolmentState[] = ['approved', 'pending', 'rejected', 'revoked'];
const CREDENTIALS: readonly CredentialKind[] = ['own', 'offered', 'failed', 'shared', 'certificate', 'none'];
const DRIFTS: readonly DriftState[] = ['none', 'drifted', 'unknown'];
const TOP = 50;

/** Counts over the agents that the filter leaves, from the index: no agent is looked at. */
export function statsOf(fleet: AgentFleet, filter: AgentMatch, silentConnections: number): Stats {
  const isFiltered = Object.values(filter).some((value) => value !== undefined && value.length > 0);
  const counter = isFiltered ? countsWithin(fleet, filterAgents(fleet, filter)) : indexCounts(fleet);
  const record = <K extends string>(field: IndexField, keys: readonly K[]): Record<K, number> =>
    Object.fromEntries(keys.map((key) => [key, counter.count(field, key)])) as Record<K, number>;
  const top = (field: IndexField): { value: string; count: number }[] =>
    [...counter.counts(field)]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, TOP);
  return {
    total: counter.total,
    state: record('state', STATES),
    health: record('health', HEALTHS),
    sync: record('sync', SYNCS),
    drift: record('drift', DRIFTS),
    configStatus: record('configStatus', STATUSES),
    enrolment: record('enrolment', ENROLMENTS),
    credential: record('credential', CREDENTIALS),
    type: top('type'),
    version: top('version'),
    silentConnections,
  };
}

interface Counter {
  readonly total: number;
  count(field: IndexField, value: string): number;
  counts(field: IndexField): Iterable<readonly [string, number]>;
}

function indexCounts(fleet: AgentFleet): Counter {
  const { index } = fleet;
  return {
    total: fleet.size,
    count: (field, value) => index.count(field, value),
    counts: (field) => index.counts(field),
  };
}

function countsWithin(fleet: AgentFleet, slots: SlotSet): Counter {
  const known = new Map<IndexField, ReadonlyMap<string, number>>();
  const counts = (field: IndexField): ReadonlyMap<string, number> => {
    const found = known.get(field) ?? new Map(fleet.index.countsWithin(field, slots));
    known.set(field, found);
    return found;
  };
  return { total: slots.count(), count: (field, value) => counts(field).get(value) ?? 0, counts };
}
