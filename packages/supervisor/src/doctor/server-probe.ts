import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import {
  connectTo,
  faultOf,
  type ProbeFault,
  type ProbeTarget,
  STEP_LIMIT_MS,
  secure,
  type Way,
} from './server-connection.ts';

/** How far the way to the server leads; each kind is the step at which it ends. */
export type ServerProbe =
  | Exclude<Way, { kind: 'socket' }>
  | { readonly kind: 'no_tls'; readonly place: string; readonly fault: ProbeFault }
  /** Nothing was sent: the certificate does not say that this is the server. */
  | {
      readonly kind: 'not_trusted';
      readonly place: string;
      readonly code: string;
      readonly certificate: CertificateFacts;
    }
  | { readonly kind: 'no_answer'; readonly place: string; readonly fault: ProbeFault }
  | {
      readonly kind: 'answered';
      readonly place: string;
      readonly status: number;
      readonly location: string;
      /** Undefined without TLS. */
      readonly certificate: CertificateFacts | undefined;
      /** How far this host's clock is ahead of the server's; undefined where the server does not tell its time. */
      readonly clockAheadMs: number | undefined;
    };

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** Goes the way that the link to the server takes, step by step, and shows the credential only to whom it is meant for. Sends no OpAMP message. */
export async function probeServer(target: ProbeTarget): Promise<ServerProbe> {
  const probe = await goTheWay(target, target.url.startsWith('http') ? 'poll' : 'upgrade');
  if (probe.kind !== 'answered' || probe.clockAheadMs !== undefined) return probe;
  // An answer that opens a WebSocket seldom tells the time; one to a question that makes no sense does.
  const other = await goTheWay({ ...target, headers: {} }, 'read');
  return other.kind === 'answered' ? { ...probe, clockAheadMs: other.clockAheadMs } : probe;
}

/** Opens a link, asks for news as a polling client does, or just reads. */
type Question = 'upgrade' | 'poll' | 'read';

async function goTheWay(target: ProbeTarget, question: Question): Promise<ServerProbe> {
  const url = new URL(target.url);
  const isSecure = /^(wss|https):$/.test(url.protocol);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (isSecure ? 443 : 80);
  const place = `${url.hostname}:${port}`;

  const way = await connectTo(target, host, port);
  if (way.kind !== 'socket') return way;
  let { socket } = way;
  let certificate: CertificateFacts | undefined;
  try {
    if (isSecure) {
      const secured = await secure(socket, host, target.tls).catch((error: unknown) => faultOf(error));
      if ('code' in secured) return { kind: 'no_tls', place, fault: secured };
      certificate = certificateFacts(secured.getPeerCertificate());
      socket = secured;
      const code = authorizationCode(secured);
      if (!secured.authorized && target.tls.rejectUnauthorized !== false)
        return { kind: 'not_trusted', place, code, certificate };
    }
    const answer = await ask(socket, url, target.headers, question).catch((error: unknown) => faultOf(error));
    if ('code' in answer) return { kind: 'no_answer', place, fault: answer };
    return { kind: 'answered', place, certificate, ...answer };
  } finally {
    socket.destroy();
  }
}

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly clockAheadMs: number | undefined;
}

/** One request, without a message of OpAMP in it or after it. */
function ask(
  socket: Socket,
  url: URL,
  headers: Readonly<Record<string, string>>,
  question: Question,
): Promise<Answer> {
  const askedAtMs = Date.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => socket,
      method: question === 'poll' ? 'POST' : 'GET',
      host: url.hostname,
      path: `${url.pathname}${url.search}`,
      timeout: STEP_LIMIT_MS,
      headers: {
        host: url.host,
        ...headers,
        ...questionHeaders(question),
      },
    });
    const done = (response: IncomingMessage) => {
      response.resume();
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location ?? '',
        clockAheadMs: clockAhead(response.headers.date, askedAtMs, Date.now()),
      });
      request.destroy();
    };
    request.on('upgrade', done);
    request.on('response', done);
    request.on('timeout', () => request.destroy(new Error('no answer came in time')));
    request.on('error', reject);
    request.end();
  });
}

function questionHeaders(question: Question): Readonly<Record<string, string>> {
  switch (question) {
    case 'poll':
      return { 'content-type': 'application/x-protobuf', 'content-length': '0' };
    case 'upgrade':
      return {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      };
    case 'read':
      return {};
  }
}

/** The header has whole seconds: in the middle of the one that it names. */
function clockAhead(date: string | undefined, askedAtMs: number, answeredAtMs: number): number | undefined {
  const server = Date.parse(date ?? '');
  return Number.isNaN(server) ? undefined : (askedAtMs + answeredAtMs) / 2 - (server + 500);
}

function authorizationCode({ authorizationError }: TLSSocket): string {
  const error: unknown = authorizationError;
  if (typeof error === 'string') return error;
  return error instanceof Error ? faultOf(error).code : '';
}

function certificateFacts(certificate: PeerCertificate): CertificateFacts {
  const name = (of: { readonly CN?: unknown; readonly O?: unknown } | undefined) =>
    String(of?.CN ?? of?.O ?? 'no name');
  return {
    subject: name(certificate.subject),
    issuer: name(certificate.issuer),
    names: (certificate.subjectaltname ?? '').replaceAll('DNS:', '').replaceAll('IP Address:', ''),
    validFromMs: Date.parse(certificate.valid_from),
    validToMs: Date.parse(certificate.valid_to),
  };
}
