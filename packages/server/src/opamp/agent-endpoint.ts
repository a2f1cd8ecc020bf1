import type { ConnectionRequest } from '@drover/opamp/server';

export interface EndpointSettings {
  /** Where agents reach the OpAMP endpoint from outside, http(s)://…; undefined: where each of them did. */
  readonly publicUrl: string | undefined;
  readonly path: string;
}

const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;

/**
 * Where the agent of this request reaches the OpAMP endpoint, in the scheme of its transport: connection settings that are offered name it, and the
 * agent connects there. Undefined where its Host header is none.
 */
export function endpointOf(
  { transport, headers, tlsSocket }: Pick<ConnectionRequest, 'transport' | 'headers' | 'tlsSocket'>,
  { publicUrl, path }: EndpointSettings,
): string | undefined {
  const base = transport === 'websocket' ? 'ws' : 'http';
  if (publicUrl !== undefined) return publicUrl.replace(/^http/, base);
  const { host } = headers;
  if (host === undefined || host.length > 261 || !HOST.test(host)) return undefined;
  return `${base}${tlsSocket === undefined ? '' : 's'}://${host}${path}`;
}
