import type { SecureVersion } from 'node:tls';
import type { ConnectionTarget } from './connection-target.ts';

/** What node:http, node:tls and the WebSocket library understand. */
export interface SocketOptions {
  readonly headers: Record<string, string>;
  readonly localAddress?: string;
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly ciphers?: string;
}

/** The options of one connection or request, with the headers that were asked for it; the caller's certificates are asked for anew. */
export function socketOptions(target: ConnectionTarget, headers: Record<string, string>): SocketOptions {
  const { localAddress } = target;
  const { ca, ...tls } = target.tls() ?? {};
  return {
    headers,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...tls,
  };
}
