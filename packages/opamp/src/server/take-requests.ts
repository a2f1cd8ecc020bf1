import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { respond } from './websocket-links.ts';

/** Who serves what is taken. */
export interface RequestTaker {
  takes(request: IncomingMessage): boolean;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Takes requests out of the server's events before any listener sees them, whenever that was added: an application that answers 404 to what
 * it does not know, or another WebSocket server that does so, would answer a second time. The rest is as it was, and is answered with 404
 * where nobody listens.
 */
export function takeRequests(server: Server, taker: RequestTaker): void {
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = ((event: string, ...args: unknown[]): boolean => {
    const [request] = args as [IncomingMessage];
    if (event === 'request' && taker.takes(request)) {
      taker.request(request, args[1] as ServerResponse);
      return true;
    }
    if (event === 'upgrade' && taker.takes(request)) {
      taker.upgrade(request, args[1] as Duplex, args[2] as Buffer);
      return true;
    }
    return emit(event, ...args);
  }) as Server['emit'];
  if (!server.listeners('request').includes(answerNotFound)) server.on('request', answerNotFound);
  // Node takes a handshake for a plain request where nobody listens for it.
  if (!server.listeners('upgrade').includes(refuseHandshake)) server.on('upgrade', refuseHandshake);
}

function answerNotFound(this: Server, _request: IncomingMessage, response: ServerResponse): void {
  if (this.listenerCount('request') === 1) response.writeHead(404).end();
}

function refuseHandshake(this: Server, _request: IncomingMessage, socket: Duplex): void {
  if (this.listenerCount('upgrade') === 1) respond(socket, 404, {}, '');
}
