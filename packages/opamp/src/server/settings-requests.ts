import { ConnectionSettingsRequestSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage } from '../wire/codec.ts';
import { AGENT_GATES, isOpen } from '../wire/gates.ts';
import type { Counters } from './counters.ts';
import type { HostCalls } from './host-calls.ts';
import type { Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

/**
 * Hands an agent's certificate signing request to the host (specification: Agent-initiated CSR Flow). Returns why it is refused, or undefined:
 * then the answer is an offer, in this reply or later. A request without a CSR asks for nothing.
 */
export function receiveSettingsRequest(
  session: Session,
  bytes: Uint8Array,
  settings: ServerSettings,
  host: HostCalls,
  counters: Counters,
): string | undefined {
  const decoded = decodeMessage(ConnectionSettingsRequestSchema, new Uint8Array(bytes));
  const csr = decoded.kind === 'message' ? decoded.message.opamp?.certificateRequest?.csr : undefined;
  if (csr === undefined || csr.length === 0) return undefined;
  const gate = AGENT_GATES.connectionSettingsRequest;
  if (!isOpen(gate, gate.agent, settings.capabilities)) {
    counters.error('unannounced_request');
    return undefined;
  }
  if (!isOpen(gate, session.capabilities, gate.server)) counters.error('unannounced_part');
  return host.connectionSettingsRequested(session, csr)?.refuse;
}
