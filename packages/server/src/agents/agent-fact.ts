import type { AgentRecord, InstanceUid } from './agent.ts';

/** One agent changed; told at once, for services that act on it. */
export type AgentFact =
  /** Labels or attributes changed, or what configurations are made of: other rollouts may be for it. */
  | { readonly kind: 'matchable'; readonly record: AgentRecord }
  | {
      readonly kind:
        | 'connected'
        | 'disconnected'
        | 'config_status'
        | 'effective_config'
        | 'capabilities'
        | 'enrolment';
      readonly record: AgentRecord;
    }
  | { readonly kind: 'removed'; readonly record: AgentRecord }
  | { readonly kind: 'renamed'; readonly oldUid: InstanceUid; readonly record: AgentRecord };

/** Agents that changed; heartbeats are no change. For those who show them. */
export interface AgentsChanged {
  readonly kind: 'changed' | 'removed';
  readonly uids: readonly InstanceUid[];
}
