import type { Act } from '../audit/audit.ts';
import { type AgentRecord, displayNameOf, type InstanceUid } from './agent.ts';

/** On whom an act is: one agent by its name, several as their number. */
export function subjectOfAgents(
  agents: { record(uid: InstanceUid): AgentRecord | undefined },
  uids: readonly InstanceUid[],
  selector = '',
): Act['subject'] {
  const [only] = uids;
  if (only === undefined || uids.length > 1)
    return { kind: 'agents', id: selector, name: `${uids.length} agents` };
  const record = agents.record(only);
  return { kind: 'agent', id: only, name: record === undefined ? only : displayNameOf(record) };
}
