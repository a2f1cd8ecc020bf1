import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { AcceptDecision, ConnectionRequest } from '@drover/opamp/server';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { looksLikeMetricsToken, type OwnMetricsTokens } from '../telemetry/own-metrics-tokens.ts';
import { bearerToken } from './bearer-token.ts';

export interface OtlpCallerOptions {
  readonly tokens: Pick<OwnMetricsTokens, 'claimOf' | 'verify'>;
  /** Who may speak without a token for metrics: as for OpAMP. */
  readonly accept: (request: ConnectionRequest) => AcceptDecision | Promise<AcceptDecision>;
  /** Why this agent may not speak with what the request came by; undefined where it may. */
  readonly refusal: (uid: InstanceUid, grant: unknown) => string | undefined;
  readonly record: (uid: InstanceUid) => AgentRecord | undefined;
}

/** Who sends an export of own metrics. */
export type OtlpCaller =
  /** By a token for the metrics of this agent alone. */
  | { readonly kind: 'agent'; readonly uid: InstanceUid }
  /** By what serves for OpAMP: the export says itself of whom it is. */
  | { readonly kind: 'connection'; readonly refusal: (uid: InstanceUid) => string | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

const refused = (message: string): OtlpCaller => ({ kind: 'refused', status: 401, message });

/** Decided before anything of the body is read. */
export async function otlpCaller(
  { headers, socket }: IncomingMessage,
  { tokens, accept, refusal, record }: OtlpCallerOptions,
): Promise<OtlpCaller> {
  const token = bearerToken(headers.authorization);
  if (token !== undefined && looksLikeMetricsToken(token)) {
    const uid = tokens.claimOf(token);
    const agent = uid === undefined ? undefined : record(uid);
    const isGood = agent !== undefined && tokens.verify(token, agent.uid, agent.enrolment.atMs);
    if (!isGood) return refused('the token for own metrics is none of an agent that is known here');
    const { state } = agent.enrolment;
    return state === 'approved'
      ? { kind: 'agent', uid: agent.uid }
      : refused(`agent ${agent.uid} is ${state}, not approved`);
  }
  const decision = await accept({
    transport: 'http',
    headers,
    remoteAddress: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
    tlsSocket: socket instanceof TLSSocket ? socket : undefined,
  });
  if (decision.kind === 'refuse')
    return { kind: 'refused', status: decision.status, message: decision.message };
  return { kind: 'connection', refusal: (uid) => refusal(uid, decision.grant) };
}
