import type { AgentEventKind, JsonValue } from '@drover/api';
import type { Act } from '../audit/audit.ts';
import type { AgentRecord, InstanceUid, ReportedParts } from './agent.ts';

/** The durable part of an agent's record. What operators desire for it and its connection's state are not part of it. */
export interface StoredAgent
  extends Pick<
    AgentRecord,
    | 'uid'
    | 'displayNameOverride'
    | 'labels'
    | 'capabilities'
    | 'health'
    | 'config'
    | 'certificate'
    | 'enrolment'
    | 'access'
    | 'firstSeenAtMs'
    | 'effectiveConfigAtMs'
    | 'drift'
  > {
  readonly transport: AgentRecord['connection']['transport'];
  readonly remoteAddress: string;
  readonly sequenceNum: bigint;
  readonly lastMessageAtMs: number;
}

export interface StoredParts {
  readonly uid: InstanceUid;
  /** A part that is absent stays as it is stored. */
  readonly parts: ReportedParts;
}

export interface NewAgentEvent {
  readonly uid: InstanceUid;
  readonly atMs: number;
  readonly kind: AgentEventKind;
  readonly detail: string;
  readonly data: Readonly<Record<string, JsonValue>>;
}

export interface StoredAgentEvent extends NewAgentEvent {
  readonly id: number;
}

/** A stored agent with the part that its attributes are in, and that a returning agent's link is judged by. */
export interface LoadedAgent extends StoredAgent {
  readonly description: Uint8Array | undefined;
}

/** Where agents outlive the process. Writes of one call are atomic and on disk when it resolves, with the act that they are. */
export interface AgentStore {
  /** Calls `visit` with every agent, in batches, so that the whole fleet is in memory once only. */
  load(visit: (agents: readonly LoadedAgent[]) => void): Promise<void>;
  /** At most one record for each agent in either list. */
  save(agents: readonly StoredAgent[], act?: Act): Promise<void>;
  /** As `save`, but what a power failure takes of it has to be asked for again. At most one record for each agent in either list. */
  saveReported(agents: readonly StoredAgent[], parts: readonly StoredParts[]): Promise<void>;
  parts(uid: InstanceUid): Promise<ReportedParts>;
  /** The encoded effective configuration of those of the agents that reported one. */
  effectiveConfigs(uids: readonly InstanceUid[]): Promise<ReadonlyMap<InstanceUid, Uint8Array>>;
  /** Removes the agents with parts and timelines. */
  remove(uids: readonly InstanceUid[], act?: Act): Promise<void>;
  rename(oldUid: InstanceUid, newUid: InstanceUid): Promise<void>;
  addEvents(events: readonly NewAgentEvent[]): Promise<void>;
  /** Newest first, those with an id below `beforeId`; of these kinds, or of all. */
  events(
    uid: InstanceUid,
    limit: number,
    beforeId: number | undefined,
    kinds: readonly AgentEventKind[] | undefined,
  ): Promise<readonly StoredAgentEvent[]>;
  countEvents(uid: InstanceUid, kinds: readonly AgentEventKind[] | undefined): Promise<number>;
  /** Of all agents, newest first, those with an id below `beforeId`; of one kind where it is given. */
  eventsOfAll(
    kind: AgentEventKind | undefined,
    limit: number,
    beforeId: number | undefined,
  ): Promise<readonly StoredAgentEvent[]>;
  /** Keeps the newest `kept` events of each of these agents. */
  pruneEvents(uids: readonly InstanceUid[], kept: number): Promise<void>;
}
