import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { OpampServer } from './server-options.ts';

/** Options of node:http and node:https for a server that faces peers who mean harm: give them to the one that you `attach` to. Node's own are wider. */
export const HTTP_LIMITS = {
  /** Bytes of all headers of a request; more is answered with 431. */
  maxHeaderSize: 16 * 1024,
  /** Milliseconds for the headers of a request; then 408. */
  headersTimeout: 10_000,
  /** Milliseconds for a whole request; then 408. */
  requestTimeout: 60_000,
  /** How often, in milliseconds, the two times above are looked after. */
  connectionsCheckingInterval: 5_000,
  /** For how many milliseconds an idle connection is kept: agents that poll every 30 s keep theirs. */
  keepAliveTimeout: 75_000,
} as const satisfies ServerOptions;

/** Headers of one request; the rest is dropped. */
const MAX_HEADERS = 100;
const DEFAULT_PORT = 4320;
const DEFAULT_DRAIN_MS = 1_000;

/** Where `listenForAgents` listens. */
export interface ListenOptions {
  /** An address or a name; 127.0.0.1 when left out, `::` for every address of the machine. */
  readonly host?: string;
  /** 4320 when left out (specification: Communication Model), 0 for one that the system chooses. */
  readonly port?: number;
  /** For wss and https: key, certificate, authorities of clients, in node's own words. */
  readonly tls?: TlsServerOptions;
}

/** A server that listens for agents and nothing else. */
export interface OpampListener {
  /** The HTTP or HTTPS server behind it. */
  readonly server: Server;
  /** The port that it listens on. */
  readonly port: number;
  /** Takes no more connections, drains the agents, spread over `drainMs` milliseconds (1 s when left out), and resolves when all is closed. */
  close(drainMs?: number): Promise<void>;
}

/**
 * Listens for agents on an HTTP or HTTPS server of its own, with limits against floods of headers and slow requests (`HTTP_LIMITS`, 100
 * headers). Resolves once it listens; rejects with node's error where the address is taken or may not be used.
 */
export async function listenForAgents(
  opamp: OpampServer,
  options: ListenOptions = {},
): Promise<OpampListener> {
  const { host = '127.0.0.1', port = DEFAULT_PORT, tls } = options;
  const server = tls === undefined ? createServer(HTTP_LIMITS) : createTlsServer({ ...HTTP_LIMITS, ...tls });
  server.maxHeadersCount = MAX_HEADERS;
  opamp.attach(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async close(drainMs = DEFAULT_DRAIN_MS) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await opamp.drain(drainMs);
      server.closeAllConnections();
      await closed;
    },
  };
}
