/**
 * `import { createOpampServer } from '@drover/opamp/server'`: the server's end of the protocol for any number of agents, both transports on
 * one path. It keeps what agents report and asks its host what to offer them.
 *
 * @module server
 */
export { OPAMP_ERRORS, OpampError, type OpampErrorCode } from '../errors.ts';
export { HTTP_LIMITS, type ListenOptions, listenForAgents, type OpampListener } from './listen.ts';
export { createOpampServer } from './opamp-server.ts';
export { type ReportedHashes, reportedHashes } from './reported-hashes.ts';
export type {
  AcceptDecision,
  AgentSession,
  Claim,
  ClaimRefusal,
  ConnectionRequest,
  CustomMessageInit,
  Offers,
  OpampServer,
  OpampServerCounters,
  OpampServerHost,
  OpampServerLimits,
  OpampServerOptions,
  Overload,
  PartName,
  ReportedParts,
  RequestRefusal,
  SendOutcome,
  SilentConnection,
  StoredSession,
  Transport,
} from './server-options.ts';
