import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localSocketPath, shortSocketPath } from './local-socket.ts';

/** An open place where the local interface answers. */
export interface LocalListener {
  /** 0 for a socket. */
  readonly port: number;
  /** Safe twice. */
  close(): Promise<void>;
}

/** Answers on `host:port` or `:port`; rejects where that cannot be listened on, with the address in the message. */
export async function listenOnAddress(server: Server, address: string): Promise<LocalListener> {
  const { host, port } = splitAddress(address);
  await listening(server, () => server.listen(port, listenedHost(host))).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(explainListenError(address, error), { cause: error });
    },
  );
  return { port: (server.address() as AddressInfo).port, close: once(() => closed(server)) };
}

/**
 * Answers on the socket in this storage folder, which the user of the supervisor alone may open. Whatever an earlier
 * supervisor left there is replaced, so only the holder of the folder's lock may call this.
 */
export async function listenOnSocket(server: Server, storageFolder: string): Promise<LocalListener> {
  const path = localSocketPath(storageFolder);
  if (process.platform === 'win32') {
    await listening(server, () => server.listen(path));
    return { port: 0, close: once(() => closed(server)) };
  }
  rmSync(path, { force: true });
  const short = shortSocketPath(path);
  // Set before the socket is there: between its making and a change of its mode others could open it.
  const maskBefore = process.umask(0o177);
  try {
    const listens = listening(server, () => server.listen(short.path));
    process.umask(maskBefore);
    await listens;
    chmodSync(path, 0o600);
  } catch (error) {
    process.umask(maskBefore);
    short.release();
    throw error;
  }
  return {
    port: 0,
    close: once(async () => {
      // Removes the socket by the path that it was given.
      await closed(server);
      short.release();
      rmSync(path, { force: true });
    }),
  };
}

/** The parts of `host:port`; without a host every address of this machine is meant, as upstream means it. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const separator = address.lastIndexOf(':');
  return {
    host: address.slice(0, Math.max(separator, 0)).replace(/^\[|\]$/g, '') || '0.0.0.0',
    port: Number(address.slice(separator + 1)),
  };
}

/** `localhost` as programs in Go listen on it, upstream's supervisor and the Collector among them: its IPv4 address. Node takes the first one that the host names, often `::1`, and whoever asks 127.0.0.1 finds nobody. */
export function listenedHost(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

function explainListenError(address: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `healthcheck.endpoint: ${address} is taken by another program; choose another port, or leave the key out`;
    case 'EACCES':
      return `healthcheck.endpoint: this user may not listen on ${address}; choose a port from 1024 on`;
    default:
      return `healthcheck.endpoint: cannot listen on ${address}: ${error.message}`;
  }
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}
