import type { ConnectionState, EnrolmentState } from '@drover/api';
import type { SlotSet } from '../lib/slot-set.ts';
import { type AgentRecord, type InstanceUid, splitBuild } from './agent.ts';
import type { AgentFleet } from './agent-fleet.ts';
import { type AgentMatch, filterAgents } from './agent-list.ts';
import type { Selector } from './selector.ts';

const LINKED: readonly ConnectionState[] = ['connected', 'stale'];

/** The agents that a selector matches now; with a configuration, only those that have it in their desired stack. */
export function matchAgents(fleet: AgentFleet, selector: Selector, config?: string): AgentRecord[] {
  return recordsOf(fleet, fleet.matching(config === undefined ? { selector } : { selector, config }));
}

export function recordsOf(fleet: AgentFleet, slots: SlotSet): AgentRecord[] {
  const records: AgentRecord[] = [];
  slots.forEach((slot) => {
    const entry = fleet.at(slot);
    if (entry !== undefined) records.push(entry.record);
  });
  return records;
}

/** How many agents came by this enrolment token with their last connection. */
export function countOfToken(
  fleet: AgentFleet,
  enrolmentToken: string,
): { connected: number; known: number } {
  return {
    connected: fleet.matching({ enrolmentToken, state: LINKED }).count(),
    known: fleet.matching({ enrolmentToken }).count(),
  };
}

/** Those of them that are connected. */
export function connectedBy(fleet: AgentFleet, enrolmentToken: string): InstanceUid[] {
  const uids: InstanceUid[] = [];
  fleet.matching({ enrolmentToken, state: LINKED }).forEach((slot) => {
    const entry = fleet.at(slot);
    if (entry !== undefined) uids.push(entry.record.uid);
  });
  return uids;
}

export function countEnrolment(fleet: AgentFleet, state: EnrolmentState): number {
  return fleet.index.count('enrolment', state);
}

/** How many of the agents that the filter leaves have each revision of a configuration in their desired stack. */
export function countRevisions(fleet: AgentFleet, config: string, match: AgentMatch): Map<number, number> {
  const isOfAll = Object.values(match).every((value) => value === undefined);
  const counts = fleet.index.revisionCounts(config, isOfAll ? undefined : filterAgents(fleet, match));
  return new Map([...counts].map(([revision, agents]) => [Number(revision), agents]));
}

/** How many agents have this configuration in their desired stack, by where they stand. */
export function countUse(
  fleet: AgentFleet,
  config: string,
): { assigned: number; inSync: number; pending: number; failed: number } {
  const count = (sync: 'in_sync' | 'pending' | 'failed'): number =>
    fleet.matching({ config, sync: [sync] }).count();
  const [inSync, pending, failed] = [count('in_sync'), count('pending'), count('failed')];
  return { assigned: inSync + pending + failed, inSync, pending, failed };
}

/** Agents that are of one type and version. */
export interface AgentBuild {
  /** Their `service.name`; empty where they report none. */
  readonly type: string;
  /** Their `service.version`; empty where they report none. */
  readonly version: string;
  readonly agents: number;
}

/** Types and versions of the agents that a selector matches, most agents first. Throws `invalid_selector`. */
export function buildsOf(fleet: AgentFleet, selector: string): readonly AgentBuild[] {
  const counts = fleet.index.countsWithin('build', filterAgents(fleet, { selector }));
  return [...counts]
    .map(([build, agents]) => ({ ...splitBuild(build), agents }))
    .sort((a, b) => b.agents - a.agents || (`${a.type} ${a.version}` < `${b.type} ${b.version}` ? -1 : 1));
}
