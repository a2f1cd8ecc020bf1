import type { OpampServerOptions } from '@drover/opamp/server';
import type { Settings } from '../settings.ts';

/** The limits of the OpAMP endpoint as an operator set them. */
export function limitsOf({ opamp, agents }: Settings) {
  return {
    httpSilenceMs: agents.staleAfter,
    pingIntervalMs: opamp.pingInterval,
    fullStateRequestsPerSecond: opamp.fullStateRequestsPerSecond,
    maxMessageBytes: opamp.maxMessageBytes,
    maxBytesInFlight: opamp.maxBytesInFlight,
    maxConnections: opamp.maxConnections,
    maxAgents: opamp.maxAgents,
    firstMessageTimeoutMs: opamp.firstMessageTimeout,
    maxBadMessages: opamp.maxBadMessages,
    maxMessagesPerSecond: opamp.maxMessagesPerSecond,
    bodyTimeoutMs: opamp.bodyTimeout,
    ...(opamp.maxSilentConnections === undefined ? {} : { maxSilentConnections: opamp.maxSilentConnections }),
    ...(opamp.maxBufferedBytes === undefined ? {} : { maxBufferedBytes: opamp.maxBufferedBytes }),
  } satisfies Partial<OpampServerOptions>;
}
