import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import type { OpampErrorCode } from '../errors.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Counters } from './counters.ts';
import type { Engine, Outcome } from './engine.ts';
import { readBody } from './http-body.ts';
import { acceptsGzip, isOpampMediaType, requestCoding } from './http-headers.ts';
import type { Problems } from './problems.ts';
import type { Pieces } from './reply.ts';
import type { AcceptDecision, Overload } from './server-options.ts';
import type { Peer, Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

/** What every exchange shares. */
export interface HttpContext {
  readonly settings: ServerSettings;
  readonly engine: Engine;
  readonly problems: Problems;
  readonly counters: Counters;
  readonly budget: ByteBudget;
  readonly accept: (request: IncomingMessage) => AcceptDecision | Promise<AcceptDecision>;
  readonly isDraining: () => boolean;
  readonly isFull: () => boolean;
  readonly overloaded: () => Overload | undefined;
}

export type Accepted = AcceptDecision & { readonly kind: 'accept' };

/** Exactly this, without parameters: a released client compares it as a string. */
const CONTENT_TYPE = 'application/x-protobuf';
/** Below this a gzip header and checksum eat what compression saves. */
const MIN_GZIP_BYTES = 1024;
/** For how long the rest of a refused body is read and thrown away. */
const LINGER_MS = 5_000;
/** The specification recommends to retry no earlier (section Throttling). */
export const RETRY_AFTER_SECONDS = 30;

const STATUS_BY_CODE: { readonly [code in OpampErrorCode]?: number } = {
  bad_message: 400,
  bad_body: 400,
  not_admitted: 401,
  message_too_large: 413,
  unsupported_encoding: 415,
  unsupported_media_type: 415,
  body_timeout: 408,
  too_many_bytes_in_flight: 503,
  too_many_agents: 503,
  overloaded: 503,
  too_many_connections: 503,
  draining: 503,
};

/** Serves one request on the OpAMP path that is not a WebSocket handshake. */
export function serveHttp(context: HttpContext, request: IncomingMessage, response: ServerResponse): void {
  switch (request.method) {
    case 'POST':
      servePost(context, request, response);
      return;
    case 'HEAD':
      // A released client sends it to see whether the server is there.
      response.writeHead(200, { 'Content-Type': CONTENT_TYPE }).end();
      return;
    case 'GET':
      response.writeHead(426, { Upgrade: 'websocket', Connection: 'Upgrade' }).end();
      return;
    default:
      response.writeHead(405, { Allow: 'POST, GET, HEAD' }).end();
  }
}

function servePost(context: HttpContext, request: IncomingMessage, response: ServerResponse): void {
  if (context.isDraining()) {
    refuse(context, request, response, 'draining', 'the server is about to stop');
    return;
  }
  if (context.isFull()) {
    const detail = `${context.settings.maxConnections} connections are open, which is the limit`;
    refuse(context, request, response, 'too_many_connections', detail);
    return;
  }
  const overload = context.overloaded();
  if (overload !== undefined) {
    refuse(context, request, response, 'overloaded', 'the server cannot keep up', overload.retryAfterMs);
    return;
  }
  if (!isOpampMediaType(request.headers['content-type'])) {
    const detail = `expected Content-Type ${CONTENT_TYPE}, got ${request.headers['content-type'] ?? 'none'}`;
    refuse(context, request, response, 'unsupported_media_type', detail);
    return;
  }
  const coding = requestCoding(request.headers['content-encoding']);
  if (coding === undefined) {
    const detail = `Content-Encoding ${request.headers['content-encoding']} is neither gzip nor identity`;
    refuse(context, request, response, 'unsupported_encoding', detail);
    return;
  }
  const receive = (accepted: Accepted): void => {
    const { maxMessageBytes: maxBytes, bodyTimeoutMs: timeoutMs } = context.settings;
    readBody(request, coding, { maxBytes, timeoutMs, budget: context.budget }, (outcome) => {
      if (outcome.kind === 'refused') refuse(context, request, response, outcome.code, outcome.detail);
      if (outcome.kind !== 'body') return;
      context.counters.messagesReceived.http++;
      answer(context, request, response, context.engine.receive(peerOf(request, accepted), outcome.bytes, 0));
    });
  };
  decide(context, request, response, receive);
}

function decide(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
  receive: (accepted: Accepted) => void,
): void {
  const take = (decision: AcceptDecision): void => {
    if (decision.kind === 'accept') {
      receive(decision);
      return;
    }
    const detail = `${decision.status}: ${decision.message}`;
    context.problems.report('unauthorized', detail, { remoteAddress: addressOf(request) });
    writeRefusal(request, response, decision.status, refusalHeaders(decision), decision.message);
  };
  const decision = context.accept(request);
  if (decision instanceof Promise) {
    decision.then(take, (error: unknown) => {
      context.problems.report('host_failed', `host.accept: ${error}`, { remoteAddress: addressOf(request) });
      response.writeHead(503, { 'Retry-After': RETRY_AFTER_SECONDS }).end();
    });
  } else take(decision);
}

function answer(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
  outcome: Outcome,
): void {
  switch (outcome.kind) {
    case 'steady':
      send(context, request, response, 200, context.engine.steadyPieces(outcome.session), outcome.session);
      return;
    case 'reply':
      send(context, request, response, 200, outcome.pieces, outcome.session);
      return;
    case 'refused': {
      // Bytes that are no message get 400, a message that is refused gets 200 with its error_response.
      const status = STATUS_BY_CODE[outcome.code] ?? 200;
      send(context, request, response, status, [outcome.body], undefined);
      return;
    }
  }
}

function send(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  pieces: Pieces,
  session: Session | undefined,
): void {
  const body = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  const headers: OutgoingHttpHeaders = { 'Content-Type': CONTENT_TYPE };
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if (status === 503) headers['Retry-After'] = RETRY_AFTER_SECONDS;
  if (session !== undefined) {
    response.on('close', () => {
      if (!response.writableFinished) context.engine.outbox.undelivered(session);
    });
  }
  context.counters.messagesSent.http++;
  if (body.length < MIN_GZIP_BYTES || !acceptsGzip(request.headers['accept-encoding'])) {
    response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
    return;
  }
  gzip(body, (error, compressed) => {
    if (error !== null) {
      response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
      return;
    }
    headers['Content-Encoding'] = 'gzip';
    response.writeHead(status, { ...headers, 'Content-Length': compressed.length }).end(compressed);
  });
}

/** Refuses before a message was read. */
function refuse(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
  code: OpampErrorCode,
  detail: string,
  retryAfterMs?: number,
): void {
  context.problems.report(code, detail, { remoteAddress: addressOf(request) });
  const status = STATUS_BY_CODE[code] ?? 400;
  const headers: OutgoingHttpHeaders = { 'Content-Type': 'text/plain; charset=utf-8' };
  if (status === 503) headers['Retry-After'] = retryAfterSeconds(retryAfterMs);
  writeRefusal(request, response, status, headers, `${code}: ${detail}\n`);
}

/**
 * The answer is written whole at once, but ended only when the rest of the body has been thrown away: closing a socket
 * with unread bytes resets it, and the peer would never read the answer.
 */
function writeRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  text: string,
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { ...headers, 'Content-Length': body.length, Connection: 'close' }).write(body);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  timer.unref();
  if (request.complete) end();
  else request.once('end', end).once('close', end).resume();
}

/** A 401 names the scheme that is expected (specification: Authentication). */
export function refusalHeaders(decision: AcceptDecision & { kind: 'refuse' }): Record<string, string> {
  const defaults: Record<string, string> = { 'Content-Type': 'text/plain; charset=utf-8' };
  if (decision.status === 401) defaults['WWW-Authenticate'] = 'Bearer';
  if (decision.status === 429 || decision.status === 503)
    defaults['Retry-After'] = String(RETRY_AFTER_SECONDS);
  return { ...defaults, ...decision.headers };
}

/** Whole seconds, one at least. */
export function retryAfterSeconds(retryAfterMs: number | undefined): number {
  return retryAfterMs === undefined ? RETRY_AFTER_SECONDS : Math.max(1, Math.ceil(retryAfterMs / 1000));
}

export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

function peerOf(request: IncomingMessage, { credential, grant }: Accepted): Peer {
  return {
    transport: 'http',
    remoteAddress: addressOf(request),
    credential,
    grant,
    session: undefined,
    sessions: undefined,
  };
}
