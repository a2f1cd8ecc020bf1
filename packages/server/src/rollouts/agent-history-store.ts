import type { InstanceUid } from '../agents/agent.ts';
import type { PinnedTarget } from './rollout.ts';

/** What an agent was given, and what it said of it. Null stands for what is not known, and on writing for what stays as it is. */
export interface AgentHistoryEntry<T extends PinnedTarget> {
  readonly uid: InstanceUid;
  readonly assignedAtMs: number;
  /** rollback: it was given back what it had before. */
  readonly cause: 'rollout' | 'rollback' | null;
  /** The rollout that gave it, or that was rolled back. */
  readonly rolloutId: string | null;
  readonly target: T | null;
  /** Of the content as it was made for this agent. */
  readonly hash: string | null;
  readonly result: 'applied' | 'failed' | null;
  readonly error: string | null;
  readonly resultAtMs: number | null;
}

/** Where what agents were given is kept; one entry for each agent and time. */
export interface AgentHistoryStore<T extends PinnedTarget> {
  /** What is null in an entry that is there already stays as it is. At most one entry for each agent and time. */
  save(entries: readonly AgentHistoryEntry<T>[]): Promise<void>;
  /** Adds what agents are to have and no entry says: it is written before its entry. */
  complete(): Promise<void>;
  /** Newest first, those before `beforeMs`. */
  page(uid: InstanceUid, limit: number, beforeMs: number | undefined): Promise<AgentHistoryEntry<T>[]>;
  count(uid: InstanceUid): Promise<number>;
  /** Keeps the newest `kept` entries of each of these agents. */
  prune(uids: readonly InstanceUid[], kept: number): Promise<void>;
}
