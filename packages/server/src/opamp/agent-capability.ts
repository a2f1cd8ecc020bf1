import { AGENT_CAPABILITIES, type AgentCapabilityName } from '@drover/opamp';
import type { AgentSession } from '@drover/opamp/server';

/** The agent announces it now. */
export function can(session: AgentSession, capability: AgentCapabilityName): boolean {
  return (session.capabilities & AGENT_CAPABILITIES[capability]) !== 0n;
}
