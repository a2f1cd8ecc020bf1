import type { RolloutAgentState } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { Act } from '../audit/audit.ts';
import type { Assignment } from './assignment.ts';
import type { Member } from './member.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { ReasonCount } from './rollout-reason.ts';

export type StateCount = {
  readonly rolloutId: string;
  readonly wave: number;
  readonly state: RolloutAgentState;
  readonly count: number;
};

/** Where rollouts of one kind, their members and the assignments are kept. Writes are atomic and on disk when they resolve, with the act that they are. */
export interface RolloutStore<T extends PinnedTarget> {
  /** False, and nothing written, where one of `references` is gone. */
  create(rollout: Rollout<T>, references: readonly string[], act?: Act): Promise<boolean>;
  save(rollout: Rollout<T>, act?: Act): Promise<void>;
  /** In the order of their creation. */
  load(): Promise<readonly Rollout<T>[]>;
  counts(): Promise<readonly StateCount[]>;
  /** Members that are not superseded, in batches, ordered by rollout. */
  loadMembers(visit: (members: readonly Member[]) => void): Promise<void>;
  loadAssignments(visit: (assignments: readonly Assignment<T>[]) => void): Promise<void>;
  /** At most one row for each rollout and agent. */
  saveMembers(members: readonly Member[]): Promise<void>;
  saveAssignments(assignments: readonly Assignment<T>[]): Promise<void>;
  removeAssignments(uids: readonly InstanceUid[]): Promise<void>;
  /** By uid, those behind `afterUid`. */
  members(
    rolloutId: string,
    filter: { readonly state?: RolloutAgentState | undefined; readonly wave?: number | undefined },
    limit: number,
    afterUid: string | undefined,
  ): Promise<readonly Member[]>;
  /** How often each reason stands with the members of a state; that of most members first. */
  reasons(rolloutId: string, state: RolloutAgentState, limit: number): Promise<readonly ReasonCount[]>;
  /** Removes all that is kept of these agents; says what members that were. */
  forget(uids: readonly InstanceUid[]): Promise<readonly StateCount[]>;
  rename(oldUid: InstanceUid, newUid: InstanceUid): Promise<void>;
}
