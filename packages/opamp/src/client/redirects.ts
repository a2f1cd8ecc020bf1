import { OpampError } from '../errors.ts';

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const SECURE: readonly string[] = ['https:', 'wss:'];

export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/**
 * Where a redirect leads. Throws an OpampError where it leads nowhere, or from a connection with TLS to one without: whoever can answer
 * there must not learn what only the server may.
 */
export function redirectedUrl(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new OpampError('redirect_refused', 'the server redirects to nowhere');
  const to = new URL(location, from);
  // A server may name the WebSocket's URL or that of the handshake.
  if (from.protocol.startsWith('ws')) to.protocol = to.protocol.replace(/^http/, 'ws');
  if (!/^(ws|http)s?:$/.test(to.protocol))
    throw new OpampError('redirect_refused', `the server redirects to ${to.protocol}`);
  if (SECURE.includes(from.protocol) && !SECURE.includes(to.protocol))
    throw new OpampError('redirect_refused', `the server redirects to ${to.origin}, which is without TLS`);
  return to;
}

/** Credentials are for the origin that they were given for. */
export function headersFor(
  headers: Readonly<Record<string, string>>,
  isSameOrigin: boolean,
): Record<string, string> {
  if (isSameOrigin) return { ...headers };
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(authorization|cookie|proxy-authorization)$/i.test(name)),
  );
}
