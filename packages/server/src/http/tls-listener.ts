import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { Log } from '../lib/log.ts';
import type { TlsSettings } from '../settings.ts';
import { StartError } from '../start-error.ts';

/** A plain or TLS server that does not listen yet. */
export interface Listener {
  readonly server: Server;
  readonly isSecure: boolean;
  /** Reads the certificate's files again; what cannot be read is logged and the old certificate stays. */
  reload(): void;
  /** Stops watching the files. */
  dispose(): void;
}

export interface ListenerOptions {
  readonly tls: TlsSettings | undefined;
  /** The settings' section, for messages: `opamp` or `http`. */
  readonly section: string;
  /** A certificate from the client CA is a condition of the handshake. */
  readonly requireClientCertificate: boolean;
  /** Authority, PEM, that client certificates may come from beside those of the client CA. */
  readonly extraClientCa?: string | undefined;
  readonly log: Log;
  readonly onRequest?: RequestListener;
  /** Time for a whole request to arrive; Node's 300 s where it is left out. */
  readonly requestTimeoutMs?: number;
  /** How long a connection without a request stays open; Node's 5 s where it is left out. */
  readonly keepAliveMs?: number;
}

const WATCH_EVERY_MS = 30_000;

function secureContext(
  tls: TlsSettings,
  section: string,
  extraClientCa: string | undefined,
): SecureContextOptions {
  const read = (key: keyof TlsSettings, path: string) => {
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new StartError(2, `${section}.tls.${key}: cannot read ${path}: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  const ca = [
    ...(tls.clientCaFile === undefined ? [] : [read('clientCaFile', tls.clientCaFile)]),
    ...(extraClientCa === undefined ? [] : [extraClientCa]),
  ];
  return {
    cert: read('certFile', tls.certFile),
    key: read('keyFile', tls.keyFile),
    minVersion: `TLSv${tls.minVersion}` as SecureVersion,
    ...(ca.length === 0 ? {} : { ca }),
  };
}

/** Throws a StartError where the certificate's files cannot be read or do not fit together. */
export function createListener(options: ListenerOptions): Listener {
  const listener = plainOrSecure(options);
  if (options.requestTimeoutMs !== undefined) {
    listener.server.requestTimeout = options.requestTimeoutMs;
    listener.server.headersTimeout = Math.min(listener.server.headersTimeout, options.requestTimeoutMs);
  }
  if (options.keepAliveMs !== undefined) listener.server.keepAliveTimeout = options.keepAliveMs;
  return listener;
}

function plainOrSecure(options: ListenerOptions): Listener {
  const { tls, section, log, requireClientCertificate, onRequest, extraClientCa } = options;
  if (tls === undefined) {
    return { server: createServer(onRequest), isSecure: false, reload() {}, dispose() {} };
  }
  const context = secureContext(tls, section, extraClientCa);
  let server: ReturnType<typeof createSecureServer>;
  try {
    server = createSecureServer(
      {
        ...context,
        requestCert: context.ca !== undefined,
        rejectUnauthorized: requireClientCertificate,
      },
      onRequest,
    );
  } catch (cause) {
    throw new StartError(2, `${section}.tls: the certificate cannot be used: ${(cause as Error).message}`, {
      cause,
    });
  }
  const reload = () => {
    try {
      server.setSecureContext(secureContext(tls, section, extraClientCa));
      log.info({ section }, 'certificate read again');
    } catch (error) {
      log.error({ section, err: error }, 'certificate not read again, the old one stays');
    }
  };
  const files = [tls.certFile, tls.keyFile, ...(tls.clientCaFile === undefined ? [] : [tls.clientCaFile])];
  for (const file of files) watchFile(file, { interval: WATCH_EVERY_MS, persistent: false }, reload);
  return {
    server: server as unknown as Server,
    isSecure: true,
    reload,
    dispose: () => {
      for (const file of files) unwatchFile(file, reload);
    },
  };
}
