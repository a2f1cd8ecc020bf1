import type { AgentEventKind, JsonValue } from '@drover/api';
import type { AgentRecord, DesiredSummary, InstanceUid } from '../agents/agent.ts';
import type { AgentFact } from '../agents/agent-fact.ts';
import type { Selector } from '../agents/selector.ts';
import type { Listeners } from '../lib/listeners.ts';

/** What rollouts need of the agents. */
export interface Fleet {
  readonly facts: Listeners<AgentFact>;
  record(uid: InstanceUid): AgentRecord | undefined;
  /** With a configuration, only those that are to run it, found by index. */
  match(selector: Selector, config?: string): AgentRecord[];
  setDesired(uid: InstanceUid, desired: DesiredSummary | null): void;
  recordEvent(
    uid: InstanceUid,
    kind: AgentEventKind,
    detail: string,
    data?: Readonly<Record<string, JsonValue>>,
  ): void;
  beforeForget(hook: (uids: readonly InstanceUid[]) => Promise<void>): void;
}
