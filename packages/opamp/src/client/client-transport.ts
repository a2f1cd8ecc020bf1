import type { ClientSession } from './client-session.ts';
import type { ConnectionTarget } from './connection-target.ts';
import type { Receiver } from './receive.ts';

/** Carries an agent's messages. Made once for a client, started once. */
export interface ClientTransport {
  readonly isConnected: boolean;
  start(): void;
  /** There may be something to say. Called any number of times. */
  wake(): void;
  /** `session.heartbeatMs` has another value. */
  heartbeatChanged(): void;
  /** Says goodbye where that is possible; afterwards nothing runs and no callback is called. */
  stop(): Promise<void>;
}

/** Who hears how a transport fares. */
export interface LinkListener {
  /** The link is up and the server has answered for the first time on it. */
  connected(): void;
  connectFailed(error: Error, retryInMs: number): void;
  disconnected(): void;
  error(error: Error): void;
}

/** What a transport works with. */
export interface TransportContext {
  readonly target: ConnectionTarget;
  readonly session: ClientSession;
  readonly receiver: Receiver;
  readonly listener: LinkListener;
}
