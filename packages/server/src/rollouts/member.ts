import type { RolloutAgentState } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';

/** How one agent stands to a rollout that matched it. */
export interface Member {
  readonly rolloutId: string;
  readonly uid: InstanceUid;
  readonly state: RolloutAgentState;
  /** From 0; its agent is given the target in no earlier one. */
  readonly wave: number;
  /** The agent's error, or why it is skipped or superseded. */
  readonly reason: string;
  readonly changedAtMs: number;
}

/** What an agent says of a target's hash. */
export type Verdict =
  | { readonly kind: 'silent' }
  | { readonly kind: 'working' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A member that was given the target, after what its agent says of it. */
export function afterVerdict(member: Member, verdict: Verdict, nowMs: number): Member {
  switch (verdict.kind) {
    case 'silent':
      return member;
    case 'working':
      return moved(member, 'offered', '', nowMs);
    case 'applied':
      return moved(member, 'applied', '', nowMs);
    case 'failed':
      return moved(member, 'failed', verdict.reason, nowMs);
  }
}

/** The same object where nothing changes. */
export function moved(member: Member, state: RolloutAgentState, reason: string, nowMs: number): Member {
  if (member.state === state && member.reason === reason) return member;
  return { ...member, state, reason, changedAtMs: nowMs };
}

/** What is said of a member that failed and that an operator told to try again, until its offer has left. */
const TRIES_AGAIN = 'is to try again';

export function toTryAgain(member: Member, nowMs: number): Member {
  return moved(member, 'pending', TRIES_AGAIN, nowMs);
}

export function isToTryAgain({ state, reason }: Member): boolean {
  return state === 'pending' && reason === TRIES_AGAIN;
}

/** True while the rollout waits for this member. */
export function isOpen(member: Member): boolean {
  return member.state === 'pending' || member.state === 'offered';
}
