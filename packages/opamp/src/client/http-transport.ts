import { OpampError } from '../errors.ts';
import type { Backoff } from './backoff.ts';
import type { Outgoing } from './client-session.ts';
import type { ClientTransport, TransportContext } from './client-transport.ts';
import { type Exchange, HttpRequests } from './http-requests.ts';
import { parseRetryAfter } from './retry-after.ts';

/** A server that does not answer for this long has not got the message. */
const REQUEST_TIMEOUT_MS = 30_000;
/** What stop may take in all. */
const STOP_TIMEOUT_MS = 5_000;
const FALLBACK_POLL_MS = 30_000;

/** Answers that say that the message was not looked at: by whom it may be sent, that there is no server, or too much to do. */
const UNPROCESSED: ReadonlySet<number> = new Set([401, 403, 429, 502, 503]);

/** Polls: one request at a time, the next at once where there is something to say. */
export class HttpTransport implements ClientTransport {
  readonly #context: TransportContext;
  readonly #backoff: Backoff;
  readonly #requests: HttpRequests;
  #timer: NodeJS.Timeout | undefined = undefined;
  #inFlight: Promise<void> | undefined = undefined;
  /** The server is not to be asked before its time, whatever there is to say. */
  #isWaiting = false;
  #isWakeScheduled = false;
  #isStarted = false;
  #isStopped = false;
  #isConnected = false;

  constructor(context: TransportContext, backoff: Backoff) {
    this.#context = context;
    this.#backoff = backoff;
    this.#requests = new HttpRequests(context);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(): void {
    this.#isStarted = true;
    this.#poll();
  }

  wake(): void {
    if (!this.#isStarted || this.#isWakeScheduled) return;
    this.#isWakeScheduled = true;
    queueMicrotask(() => {
      this.#isWakeScheduled = false;
      if (
        !this.#isStopped &&
        this.#inFlight === undefined &&
        !this.#isWaiting &&
        this.#context.session.hasNews
      ) {
        this.#poll();
      }
    });
  }

  heartbeatChanged(): void {
    if (this.#isStarted && this.#inFlight === undefined && !this.#isWaiting) this.#scheduleNext();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const wasConnected = this.#isConnected;
    this.#isConnected = false;
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      this.#requests.abort();
    }, STOP_TIMEOUT_MS);
    if (this.#requests.isPreparing) this.#requests.abort();
    await this.#inFlight;
    // A server that was never reached, or does not answer, is told nothing.
    if (wasConnected && !isLate) {
      await this.#requests.exchange(this.#context.session.compose(true), STOP_TIMEOUT_MS);
    }
    clearTimeout(deadline);
    this.#requests.destroy();
  }

  #poll(): void {
    clearTimeout(this.#timer);
    this.#isWaiting = false;
    const message = this.#context.session.compose();
    this.#inFlight = this.#requests.exchange(message, REQUEST_TIMEOUT_MS).then((exchange) => {
      this.#inFlight = undefined;
      if (this.#isStopped) {
        if (exchange.kind === 'failed') this.#giveBack(message, exchange.isUnsent);
        return;
      }
      this.#finish(message, exchange);
    });
  }

  #finish(message: Outgoing, exchange: Exchange): void {
    if (exchange.kind === 'failed') {
      this.#giveBack(message, exchange.isUnsent);
      this.#failed(exchange.error, undefined);
      return;
    }
    const { status, body, retryAfter } = exchange;
    if (status === 200) this.#answered(message, body);
    else if (status === 413) this.#tooLarge(message);
    else if (status === 400) this.#refused(body);
    else {
      this.#giveBack(message, UNPROCESSED.has(status));
      const isThrottle = status === 503 || status === 429;
      const code =
        status === 401 || status === 403 ? 'unauthorized' : isThrottle ? 'throttled' : 'server_error';
      const waitMs = isThrottle ? parseRetryAfter(retryAfter, Date.now()) : undefined;
      this.#failed(new OpampError(code, `the server answered with HTTP ${status}`), waitMs);
    }
  }

  #giveBack(message: Outgoing, isUnsent: boolean): void {
    const { session } = this.#context;
    if (isUnsent) session.undelivered(message);
    else session.lost(message);
  }

  #answered(message: Outgoing, body: Uint8Array): void {
    const { session, receiver, listener } = this.#context;
    const received = receiver.receive(body, () => {
      this.#backoff.succeeded();
      if (this.#isConnected) return;
      this.#isConnected = true;
      listener.connected();
    });
    switch (received.kind) {
      case 'unavailable':
        session.undelivered(message);
        this.#failed(new OpampError('throttled', 'the server is unavailable'), received.retryAfterMs);
        return;
      case 'processed':
      case 'ignored':
      case 'refused':
        this.#next(received.kind === 'processed');
    }
  }

  /** What the server refuses is not sent again (specification: Plain HTTP Transport, and Bad Request). */
  #refused(body: Uint8Array): void {
    if (body.length === 0 || this.#context.receiver.receive(body, ignoreAcceptance).kind !== 'refused')
      this.#context.listener.error(new OpampError('server_error', 'the server answered with HTTP 400'));
    this.#next(false);
  }

  /** The same again without its largest part, at once: each time there is less to say. */
  #tooLarge(message: Outgoing): void {
    this.#context.listener.error(new OpampError('message_too_large', 'the server answered with HTTP 413'));
    this.#context.session.refusedForSize(message);
    this.#next(message.parts.size > 0);
  }

  /** The next poll: at once where there is news and the last message was taken well, else after the interval. */
  #next(mayBeAtOnce: boolean): void {
    if (this.#isStopped) return;
    if (mayBeAtOnce && this.#context.session.hasNews) this.#poll();
    else this.#scheduleNext();
  }

  #failed(error: Error, retryAfterMs: number | undefined): void {
    const { listener } = this.#context;
    const retryInMs = Math.max(this.#backoff.afterFailure(), retryAfterMs ?? 0);
    if (this.#isConnected) {
      this.#isConnected = false;
      listener.disconnected();
    }
    listener.connectFailed(error, retryInMs);
    if (this.#isStopped) return;
    this.#isWaiting = true;
    this.#schedule(retryInMs);
  }

  #scheduleNext(): void {
    this.#schedule(this.#context.session.heartbeatMs || FALLBACK_POLL_MS);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), ms);
    if (this.#context.target.isUnref) this.#timer.unref();
  }
}

function ignoreAcceptance(): void {
  // A body with status 400 says what was wrong; it does not make the exchange a good one.
}
