import type { AgentSession } from '@drover/opamp/server';
import type { Grant } from '../connections/grant.ts';

/** Every session of the control plane has one. */
export function grantOf(session: AgentSession): Grant {
  return session.grant as Grant;
}
