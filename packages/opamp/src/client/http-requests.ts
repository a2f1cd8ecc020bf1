import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { OpampError } from '../errors.ts';
import type { Outgoing } from './client-session.ts';
import type { TransportContext } from './client-transport.ts';
import { socketOptions } from './connection-options.ts';
import { readResponse } from './http-response.ts';
import { agentFor } from './proxy-agent.ts';
import { headersFor, isRedirect, redirectedUrl } from './redirects.ts';

const CONTENT_TYPE = 'application/x-protobuf';
const AGENT_OPTIONS = { keepAlive: true, maxSockets: 1 };

export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly location: string | undefined;
      readonly body: Uint8Array;
    }
  /** `isUnsent`: the server surely has not taken the message in. */
  | { readonly kind: 'failed'; readonly error: Error; readonly isUnsent: boolean };

/** The requests of one agent: at most one at a time, on a connection that is kept. */
export class HttpRequests {
  /** The caller's headers are awaited: nothing was sent yet. */
  isPreparing = false;
  readonly #context: TransportContext;
  readonly #url: URL;
  readonly #agent: Agent;
  /** For redirects to the other scheme. */
  #otherAgent: Agent | undefined = undefined;
  #abort: AbortController | undefined = undefined;

  constructor(context: TransportContext) {
    this.#context = context;
    this.#url = new URL(context.target.url);
    this.#agent = agentFor(context.target, AGENT_OPTIONS);
  }

  abort(): void {
    this.#abort?.abort();
  }

  destroy(): void {
    this.#agent.destroy();
    this.#otherAgent?.destroy();
  }

  /** One exchange, redirects followed: a POST stays a POST, else the message would be lost. */
  async exchange(message: Outgoing, timeoutMs: number): Promise<Exchange> {
    const abort = new AbortController();
    this.#abort = abort;
    let url = this.#url;
    let headers: Record<string, string>;
    try {
      const known = this.#context.target.headers();
      this.isPreparing = known instanceof Promise;
      headers = known instanceof Promise ? await orAborted(known, abort.signal) : known;
    } catch (error) {
      return { kind: 'failed', error: asError(error), isUnsent: true };
    } finally {
      this.isPreparing = false;
    }
    for (let redirects = 0; ; redirects++) {
      const exchange = await this.#request(url, headers, message, abort, timeoutMs);
      if (exchange.kind === 'failed' || !isRedirect(exchange.status)) return exchange;
      try {
        url = redirectedUrl(url, exchange.location);
        if (redirects >= this.#context.target.maxRedirects)
          throw new OpampError('redirect_refused', `the server redirects more than ${redirects} times`);
      } catch (error) {
        return { kind: 'failed', error: asError(error), isUnsent: true };
      }
    }
  }

  #agentOf(url: URL): Agent {
    if (url.protocol === this.#url.protocol) return this.#agent;
    this.#otherAgent ??= agentFor({ ...this.#context.target, url: url.href }, AGENT_OPTIONS);
    return this.#otherAgent;
  }

  #request(
    url: URL,
    headers: Record<string, string>,
    message: Outgoing,
    abort: AbortController,
    timeoutMs: number,
  ): Promise<Exchange> {
    return new Promise((resolve) => {
      const { session, target } = this.#context;
      let isSent = false;
      const fail = (error: Error): void => resolve({ kind: 'failed', error, isUnsent: !isSent });
      const timer = setTimeout(() => abort.abort(), timeoutMs);
      timer.unref();
      const finish = (response: IncomingMessage): void => {
        readResponse(response, session.maxMessageBytes, (outcome) => {
          clearTimeout(timer);
          if (outcome.kind === 'failed') fail(outcome.error);
          else {
            const { statusCode = 0, headers } = response;
            resolve({
              kind: 'answered',
              status: statusCode,
              retryAfter: headers['retry-after'],
              location: headers.location,
              body: outcome.body,
            });
          }
        });
      };
      try {
        const isSameOrigin = url.origin === this.#url.origin;
        const { headers: sent, ...rest } = socketOptions(target, headersFor(headers, isSameOrigin));
        const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
          ...rest,
          method: 'POST',
          agent: this.#agentOf(url),
          signal: abort.signal,
          headers: {
            'Accept-Encoding': 'gzip',
            ...sent,
            'Content-Type': CONTENT_TYPE,
            'Content-Length': message.bytes.length,
            'OpAMP-Instance-UID': session.instanceUid,
          },
        });
        request.on('socket', (socket) => {
          if (target.isUnref) socket.unref();
          if (!socket.connecting) isSent = true;
          else
            socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
              isSent = true;
            });
        });
        request.on('response', finish).on('error', (error: NodeJS.ErrnoException) => {
          clearTimeout(timer);
          // The server had closed a connection that was kept for the next poll: what was written to it was read by nobody.
          if (request.reusedSocket && error.code === 'ECONNRESET') isSent = false;
          fail(error);
        });
        request.end(message.bytes);
      } catch (error) {
        clearTimeout(timer);
        fail(asError(error));
      }
    });
  }
}

/** As `promise`, but rejects once `signal` is aborted. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the client was stopped')), { once: true });
    promise.then(resolve, reject);
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
