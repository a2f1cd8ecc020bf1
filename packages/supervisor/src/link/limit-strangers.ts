import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The sockets of a server that have not shown who they are. */
export interface Strangers {
  /** The socket from this port belongs to somebody who is known: it stays for as long as he wants. */
  know(remotePort: number): void;
}

/**
 * Keeps whoever can open sockets here, and no more than that, from filling the server up: of more than `most` strangers
 * the one that has been here longest goes. Whoever is known shows it right after he has come, so that he is never that one.
 */
export function limitStrangers(server: Server, most: number): Strangers {
  const strangers = new Map<number, Socket>();
  server.on('connection', (socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    strangers.set(remotePort, socket);
    socket.once('close', () => {
      if (strangers.get(remotePort) === socket) strangers.delete(remotePort);
    });
    const [longest] = strangers.values();
    if (strangers.size > most) longest?.destroy();
  });
  return { know: (remotePort) => strangers.delete(remotePort) };
}
