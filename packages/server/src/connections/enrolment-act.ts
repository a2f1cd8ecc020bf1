import type { EnrolmentAct } from '@drover/api';
import type { AgentRecord } from '../agents/agent.ts';

/** What an act would do to an agent. */
export type ActVerdict =
  | { readonly kind: 'changes' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'cannot'; readonly reason: string };

const CHANGES: ActVerdict = { kind: 'changes' };
const UNCHANGED: ActVerdict = { kind: 'unchanged' };
const cannot = (reason: string): ActVerdict => ({ kind: 'cannot', reason });

/**
 * Whether an act changes this agent. `isNamed` where it is named by its uid: a selector must not let in again whom an operator shut out.
 */
export function verdictOf(
  act: Exclude<EnrolmentAct, 'rotate'>,
  { enrolment: { state } }: AgentRecord,
  isNamed: boolean,
): ActVerdict {
  switch (act) {
    case 'approve':
      if (state === 'approved') return UNCHANGED;
      return state === 'pending' || isNamed ? CHANGES : cannot(`was ${state}: approve it by its uid`);
    case 'reject':
      if (state === 'rejected') return UNCHANGED;
      return state === 'pending' ? CHANGES : cannot(`is ${state}, and not waiting for approval`);
    case 'revoke':
      if (state === 'revoked' || state === 'rejected') return UNCHANGED;
      return state === 'approved' ? CHANGES : cannot('waits for approval: reject it');
  }
}
