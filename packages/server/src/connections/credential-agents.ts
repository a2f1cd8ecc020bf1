import type { AgentEventKind, JsonValue } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { EnrolmentDecision } from '../agents/agent-decisions.ts';
import type { AgentFact } from '../agents/agent-fact.ts';
import type { OwnCredential } from '../agents/enrolment.ts';
import type { Listeners } from '../lib/listeners.ts';

/** What credentials need of the agents. */
export interface CredentialAgents {
  readonly facts: Listeners<AgentFact>;
  record(uid: InstanceUid): AgentRecord | undefined;
  setOwnCredential(uid: InstanceUid, ownCredential: OwnCredential): void;
  decide(decisions: readonly EnrolmentDecision[]): Promise<void>;
  recordEvent(
    uid: InstanceUid,
    kind: AgentEventKind,
    detail: string,
    data?: Readonly<Record<string, JsonValue>>,
  ): void;
}
