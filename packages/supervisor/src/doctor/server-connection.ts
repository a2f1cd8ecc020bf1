import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

/** One step of the way may take so long. */
export const STEP_LIMIT_MS = 10_000;

/** Where the link to the server would go, and how. */
export interface ProbeTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ConnectionOptions;
  readonly proxy: { readonly url: string; readonly headers?: Readonly<Record<string, string>> } | undefined;
}

export interface ProbeFault {
  readonly code: string;
  readonly message: string;
}

/** A connection to the server, or the step at which there is none. */
export type Way =
  | { readonly kind: 'socket'; readonly socket: Socket }
  | { readonly kind: 'no_name'; readonly host: string; readonly isProxy: boolean; readonly fault: ProbeFault }
  | {
      readonly kind: 'no_connection';
      readonly place: string;
      readonly isProxy: boolean;
      readonly fault: ProbeFault;
    }
  | { readonly kind: 'proxy_refused'; readonly proxy: string; readonly status: number };

/** Reaches `host:port`, through the target's proxy where it has one. */
export function connectTo(target: ProbeTarget, host: string, port: number): Promise<Way> {
  return target.proxy === undefined ? direct(host, port) : tunnel(target, host, port);
}

async function direct(host: string, port: number, isProxy = false): Promise<Way> {
  if (isIP(host) === 0) {
    try {
      await withLimit(lookup(host), 'the name was not resolved in time');
    } catch (error) {
      return { kind: 'no_name', host, isProxy, fault: faultOf(error) };
    }
  }
  try {
    return { kind: 'socket', socket: await connected(connectTcp({ host, port }), 'connect') };
  } catch (error) {
    return { kind: 'no_connection', place: `${host}:${port}`, isProxy, fault: faultOf(error) };
  }
}

async function tunnel(target: ProbeTarget, host: string, port: number): Promise<Way> {
  const proxy = new URL(target.proxy?.url ?? '');
  const isSecure = proxy.protocol === 'https:';
  const proxyHost = proxy.hostname.replace(/^\[|\]$/g, '');
  const proxyPort = Number(proxy.port) || (isSecure ? 443 : 80);
  const reached = await direct(proxyHost, proxyPort, true);
  if (reached.kind !== 'socket') return reached;
  reached.socket.destroy();
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const { servername: _ofServer, ...tls } = target.tls;
  return new Promise((resolve) => {
    const request = (isSecure ? httpsRequest : httpRequest)({
      ...(isSecure ? tls : {}),
      method: 'CONNECT',
      host: proxyHost,
      port: proxyPort,
      path: authority,
      agent: false,
      timeout: STEP_LIMIT_MS,
      headers: {
        host: authority,
        ...(credentials === ':'
          ? {}
          : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
        ...target.proxy?.headers,
      },
    });
    const refuse = (status: number) =>
      resolve({ kind: 'proxy_refused', proxy: `${proxyHost}:${proxyPort}`, status });
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve({ kind: 'socket', socket });
      else {
        socket.destroy();
        refuse(response.statusCode ?? 0);
      }
    });
    request.on('response', (response) => {
      request.destroy();
      refuse(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error('the proxy did not answer in time')));
    request.on('error', (error) =>
      resolve({
        kind: 'no_connection',
        place: `${proxyHost}:${proxyPort}`,
        isProxy: true,
        fault: faultOf(error),
      }),
    );
    request.end();
  });
}

/** TLS on a connection. Who the other one is has to be judged by the caller. */
export function secure(socket: Socket, host: string, tls: ConnectionOptions): Promise<TLSSocket> {
  const secured = connectTls({
    ...tls,
    socket,
    host,
    servername: tls.servername ?? (isIP(host) === 0 ? host : ''),
    // Whom it does not trust it can tell more of than that alone.
    rejectUnauthorized: false,
  });
  return connected(secured, 'secureConnect');
}

function connected<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return withLimit(
    new Promise<S>((resolve, reject) => {
      socket.once('error', reject);
      socket.once(event, () => {
        socket.off('error', reject);
        // Later errors come with the request that is under way.
        socket.on('error', () => {});
        resolve(socket);
      });
    }),
    'no answer came in time',
    () => socket.destroy(),
  );
}

async function withLimit<T>(promise: Promise<T>, message: string, giveUp = () => {}): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp();
      reject(Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
    }, STEP_LIMIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function faultOf(error: unknown): ProbeFault {
  const { code, message } = error as NodeJS.ErrnoException;
  return { code: code ?? '', message: message || String(error) };
}
