import type { ClientRequest, IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import { OpampError } from '../errors.ts';
import { AGENT_CAPABILITIES } from '../wire/capabilities.ts';
import { frame, unframe } from '../wire/frame.ts';
import type { Backoff } from './backoff.ts';
import type { Outgoing } from './client-session.ts';
import type { ClientTransport, TransportContext } from './client-transport.ts';
import { socketOptions } from './connection-options.ts';
import { agentFor } from './proxy-agent.ts';
import { redirectedUrl } from './redirects.ts';
import { parseRetryAfter } from './retry-after.ts';

const HANDSHAKE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;
const CLOSE_NORMAL = 1000;
const CLOSE_TOO_BIG = 1009;
/** Codes with which a server says that it goes for now: going away, service restart, try again later. */
const ANNOUNCED_CODES: readonly number[] = [1001, 1012, 1013];
/** Answers that are still missing, at most; beyond that the oldest count as arrived. */
const MAX_UNANSWERED = 64;

/** The agent's WebSocket: one at a time, kept up until stop. */
export class WebSocketTransport implements ClientTransport {
  readonly #context: TransportContext;
  readonly #backoff: Backoff;
  #webSocket: WebSocket | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #heartbeat: NodeJS.Timeout | undefined = undefined;
  #isAnswered = false;
  #isWakeScheduled = false;
  #isStopped = false;
  #openedAtMs = 0;
  /** How long the server asked to wait, where it did. */
  #retryAfterMs: number | undefined = undefined;
  #failure: Error | undefined = undefined;
  #unanswered: Outgoing[] = [];

  constructor(context: TransportContext, backoff: Backoff) {
    this.#context = context;
    this.#backoff = backoff;
  }

  get isConnected(): boolean {
    return this.#isAnswered;
  }

  start(): void {
    this.#connect();
  }

  wake(): void {
    if (this.#isWakeScheduled || this.#isStopped) return;
    this.#isWakeScheduled = true;
    // What is set in one turn of the loop goes out in one message.
    queueMicrotask(() => {
      this.#isWakeScheduled = false;
      if (this.#isOpen() && this.#context.session.hasNews) this.#send();
    });
  }

  heartbeatChanged(): void {
    if (this.#isOpen()) this.#restartHeartbeat();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#heartbeat);
    const webSocket = this.#webSocket;
    this.#isAnswered = false;
    if (webSocket === undefined) return;
    const closed = new Promise<void>((resolve) => {
      webSocket.once('close', () => resolve());
    });
    if (webSocket.readyState === WebSocket.OPEN) {
      // First the message, then the frame (specification: Closing WebSocket, Client Initiated).
      webSocket.send(frame(this.#context.session.compose(true).bytes));
      webSocket.close(CLOSE_NORMAL);
    } else if (webSocket.readyState === WebSocket.CONNECTING) webSocket.terminate();
    const deadline = setTimeout(() => webSocket.terminate(), CLOSE_TIMEOUT_MS);
    if (webSocket.readyState !== WebSocket.CLOSED) await closed;
    clearTimeout(deadline);
    this.#webSocket = undefined;
  }

  #isOpen(): boolean {
    return !this.#isStopped && this.#webSocket?.readyState === WebSocket.OPEN;
  }

  #connect(): void {
    this.#retryAfterMs = undefined;
    this.#failure = undefined;
    this.#isAnswered = false;
    this.#openedAtMs = 0;
    try {
      const headers = this.#context.target.headers();
      if (!(headers instanceof Promise)) this.#open(headers);
      else
        headers.then(
          (known) => this.#open(known),
          (error) => this.#retryLater(asError(error), this.#backoff.afterFailure()),
        );
    } catch (error) {
      this.#retryLater(asError(error), this.#backoff.afterFailure());
    }
  }

  #open(headers: Record<string, string>): void {
    if (this.#isStopped) return;
    const { target, session } = this.#context;
    let webSocket: WebSocket;
    try {
      const agent = target.proxy === undefined ? undefined : agentFor(target, {});
      webSocket = new WebSocket(target.url, {
        ...socketOptions(target, headers),
        ...(agent === undefined ? {} : { agent }),
        maxPayload: session.maxMessageBytes,
        perMessageDeflate: false,
        followRedirects: target.maxRedirects > 0,
        maxRedirects: target.maxRedirects,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        finishRequest: (request: ClientRequest) => {
          if (target.isUnref) request.on('socket', (socket) => socket.unref());
          request.end();
        },
      });
    } catch (error) {
      this.#retryLater(asError(error), this.#backoff.afterFailure());
      return;
    }
    this.#webSocket = webSocket;
    webSocket.on('redirect', (location, request) => this.#redirected(location, request));
    webSocket.on('open', () => this.#opened());
    webSocket.on('message', (data, isBinary) => this.#received(data, isBinary));
    webSocket.on('unexpected-response', (request, response) => this.#rejected(request, response));
    webSocket.on('error', (error) => {
      this.#failure ??= error;
    });
    webSocket.on('close', (code) => this.#closed(code));
  }

  /** The library follows. Credentials stay with the original host, and TLS is not given up. */
  #redirected(location: string, request: ClientRequest): void {
    try {
      const original = new URL(this.#context.target.url);
      if (redirectedUrl(original, location).host !== original.host) {
        for (const name of ['authorization', 'cookie']) request.removeHeader(name);
      }
    } catch (error) {
      this.#failure ??= asError(error);
      request.destroy(asError(error));
    }
  }

  #opened(): void {
    if (this.#isStopped) return;
    this.#openedAtMs = performance.now();
    // A status report is the first message of each connection; on a reconnect it holds what changed.
    this.#send();
  }

  #send(): void {
    const message = this.#context.session.compose();
    this.#unanswered.push(message);
    if (this.#unanswered.length > MAX_UNANSWERED) this.#unanswered.shift();
    this.#webSocket?.send(frame(message.bytes), ignoreSendError);
    this.#restartHeartbeat();
  }

  /** Any message counts as a heartbeat, so the time starts anew with each (specification: OpAMPConnectionSettings.heartbeat_interval_seconds). */
  #restartHeartbeat(): void {
    clearTimeout(this.#heartbeat);
    const { session, target } = this.#context;
    if (session.heartbeatMs === 0 || !session.can(AGENT_CAPABILITIES.ReportsHeartbeat)) return;
    this.#heartbeat = setTimeout(() => {
      if (this.#isOpen()) this.#send();
    }, session.heartbeatMs);
    if (target.isUnref) this.#heartbeat.unref();
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#isStopped) return;
    const { listener, receiver, session } = this.#context;
    if (!isBinary || !Buffer.isBuffer(data)) {
      listener.error(new OpampError('text_frame', 'the server sent a text message'));
      return;
    }
    const unframed = unframe(data, session.maxMessageBytes);
    if (unframed.kind !== 'message') {
      listener.error(new OpampError(unframed.kind, `a message from the server: ${unframed.detail}`));
      return;
    }
    const received = receiver.receive(unframed.body, () => this.#answered());
    switch (received.kind) {
      case 'ignored':
        return;
      case 'unavailable':
        this.#retryAfterMs = received.retryAfterMs;
        this.#failure = new OpampError('throttled', 'the server is unavailable');
        this.#webSocket?.close(CLOSE_NORMAL);
        return;
      case 'refused':
      case 'processed':
        this.#unanswered.shift();
        // Custom messages go one with each message.
        if (session.hasNews) this.wake();
    }
  }

  #answered(): void {
    if (this.#isAnswered || this.#isStopped) return;
    this.#isAnswered = true;
    this.#context.listener.connected();
  }

  #rejected(request: ClientRequest, response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const isThrottle = status === 503 || status === 429;
    if (isThrottle) this.#retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now());
    const isRefusal = status === 401 || status === 403;
    const code = isRefusal ? 'unauthorized' : isThrottle ? 'throttled' : 'connect_failed';
    this.#failure = new OpampError(code, `the server answered the handshake with HTTP ${status}`);
    response.resume();
    request.destroy();
    // The library leaves the socket to whoever listens for the response, and then emits no 'close'.
    this.#webSocket?.terminate();
  }

  #closed(code: number): void {
    clearTimeout(this.#heartbeat);
    this.#webSocket = undefined;
    const isTooLarge = code === CLOSE_TOO_BIG && !isOurLimit(this.#failure);
    this.#giveBack(isTooLarge);
    if (this.#isStopped) return;
    const { listener } = this.#context;
    if (code === CLOSE_TOO_BIG) listener.error(new OpampError('message_too_large', 'closed with code 1009'));
    const nowMs = performance.now();
    const wasAnswered = this.#isAnswered;
    this.#isAnswered = false;
    if (wasAnswered) listener.disconnected();
    const isThrottled = this.#retryAfterMs !== undefined || this.#failure instanceof OpampError;
    const waitMs =
      wasAnswered && !isThrottled
        ? this.#backoff.afterLoss(nowMs, nowMs - this.#openedAtMs, ANNOUNCED_CODES.includes(code))
        : this.#backoff.afterFailure();
    const retryInMs = Math.max(waitMs, this.#retryAfterMs ?? 0);
    const failure =
      this.#failure ?? new OpampError('connect_failed', `the link was closed with code ${code}`);
    this.#retryLater(wasAnswered && !isThrottled ? undefined : failure, retryInMs);
  }

  /** What is unanswered is pending again; the largest of it was `isTooLarge`, where the server said so. */
  #giveBack(isTooLarge: boolean): void {
    const { session } = this.#context;
    const [largest] = [...this.#unanswered].sort((a, b) => b.bytes.length - a.bytes.length);
    for (const message of this.#unanswered) {
      if (isTooLarge && message === largest) session.refusedForSize(message);
      else session.lost(message);
    }
    this.#unanswered = [];
  }

  #retryLater(failure: Error | undefined, retryInMs: number): void {
    if (this.#isStopped) return;
    if (failure !== undefined) this.#context.listener.connectFailed(failure, retryInMs);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#connect(), retryInMs);
    if (this.#context.target.isUnref) this.#timer.unref();
  }
}

/** The library closes with 1009 itself where the server sent too much. */
function isOurLimit(failure: Error | undefined): boolean {
  return failure !== undefined && 'code' in failure && failure.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function ignoreSendError(): void {
  // The link's close follows, and with it the message is pending again.
}
