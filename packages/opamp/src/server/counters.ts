import type { OpampErrorCode } from '../errors.ts';
import type { OpampServerCounters, Transport } from './server-options.ts';

/** The live counters; the server hands them out as read-only. Connections are asked for when they are read. */
export class Counters implements OpampServerCounters {
  readonly messagesReceived: Record<Transport, number> = { websocket: 0, http: 0 };
  readonly messagesSent: Record<Transport, number> = { websocket: 0, http: 0 };
  readonly errors: Partial<Record<OpampErrorCode, number>> = {};
  fullStateRequests = 0;
  componentRequests = 0;
  /** Open TCP connections of the attached servers, WebSockets included. */
  sockets = 0;
  webSockets = 0;
  silent: { readonly size: number } = { size: 0 };

  get connections(): Readonly<Record<Transport, number>> {
    return { websocket: this.webSockets, http: Math.max(0, this.sockets - this.webSockets) };
  }

  get silentConnections(): number {
    return this.silent.size;
  }

  error(code: OpampErrorCode): void {
    this.errors[code] = (this.errors[code] ?? 0) + 1;
  }
}
