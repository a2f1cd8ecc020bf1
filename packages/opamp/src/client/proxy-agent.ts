import { type AgentOptions, type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { OpampError } from '../errors.ts';
import type { ConnectionTarget, TargetTls } from './connection-target.ts';

const CONNECT_TIMEOUT_MS = 30_000;

type Connected = (error: Error | null, socket: Duplex) => void;

interface Destination {
  readonly host?: string | null | undefined;
  readonly hostname?: string | null | undefined;
  readonly port?: number | string | null | undefined;
  readonly servername?: string | undefined;
}

/** An agent for this target's scheme, through its proxy where it has one. */
export function agentFor(target: ConnectionTarget, options: AgentOptions): HttpAgent {
  const isSecure = /^(wss|https):/.test(target.url);
  if (target.proxy !== undefined) return new TunnelAgent(target, isSecure, options);
  return isSecure ? new HttpsAgent(options) : new HttpAgent(options);
}

/** Connects through an HTTP or HTTPS proxy with CONNECT, whatever is spoken behind it. */
class TunnelAgent extends HttpAgent {
  readonly #target: ConnectionTarget;
  readonly #isSecure: boolean;

  constructor(target: ConnectionTarget, isSecure: boolean, options: AgentOptions) {
    super(options);
    this.#target = target;
    this.#isSecure = isSecure;
    // node:http compares it with the request's scheme.
    Object.assign(this, { protocol: isSecure ? 'https:' : 'http:', defaultPort: isSecure ? 443 : 80 });
  }

  override createConnection(destination: Destination, connected?: Connected): undefined {
    const done = (error: Error | null, socket?: Duplex): void => {
      // node:http takes an error without a socket, which its types do not say.
      connected?.(error, socket as Duplex);
    };
    const host = destination.hostname ?? destination.host ?? 'localhost';
    const port = Number(destination.port ?? (this.#isSecure ? 443 : 80));
    let tls: TargetTls | undefined;
    let request: ClientRequest;
    try {
      tls = this.#target.tls();
      request = connectRequest(this.#target, tls, host, port);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
    request.setTimeout(CONNECT_TIMEOUT_MS, () => request.destroy(new Error('the proxy did not answer')));
    request.on('error', (error) => done(error));
    request.on('response', (response) => {
      response.resume();
      request.destroy();
      done(refusal(response.statusCode));
    });
    request.on('connect', (response, socket, head) => {
      socket.setTimeout(0);
      if (response.statusCode !== 200 || head.length > 0) {
        socket.destroy();
        done(refusal(response.statusCode));
        return;
      }
      if (this.#isSecure) this.#secure(socket, host, destination, tls, done);
      else done(null, socket);
    });
    request.end();
    return undefined;
  }

  #secure(
    socket: Socket,
    host: string,
    { servername }: Destination,
    tls: TargetTls | undefined,
    done: (error: Error | null, socket?: Duplex) => void,
  ): void {
    const { ca, ...rest } = tls ?? {};
    const secured = tlsConnect({
      ...rest,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
      socket,
      servername: servername ?? tls?.servername ?? (isAddress(host) ? '' : host),
      host,
    });
    secured.once('error', done);
    secured.once('secureConnect', () => {
      secured.off('error', done);
      done(null, secured);
    });
  }
}

function connectRequest(
  { proxy, localAddress }: ConnectionTarget,
  tls: TargetTls | undefined,
  host: string,
  port: number,
): ClientRequest {
  const url = new URL(proxy?.url ?? '');
  const isSecure = url.protocol === 'https:';
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const { ca, servername: _ofServer, ...rest } = tls ?? {};
  return (isSecure ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : url.port,
    path: authority,
    agent: false,
    headers: {
      Host: authority,
      ...(credentials === ':'
        ? {}
        : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      ...proxy?.headers,
    },
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(isSecure
      ? { ...rest, ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }) }
      : {}),
  });
}

function refusal(status: number | undefined): OpampError {
  return new OpampError('proxy_failed', `the proxy answered CONNECT with HTTP ${status}`);
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}
