import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OpampErrorCode } from '../errors.ts';
import { FrameWriter } from './frame-writer.ts';
import { addressOf, type HttpContext, refusalHeaders, retryAfterSeconds } from './http-exchange.ts';
import type { AcceptDecision, SilentConnection } from './server-options.ts';
import { answerHandshake } from './websocket-handshake.ts';
import { type LinkContext, WebSocketLink } from './websocket-link.ts';

const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;
/** A peer that read nothing for this long while messages waited for it. */
const STALL_MS = 30_000;
const MAX_UNANSWERED_PINGS = 2;
/** How long a peer may take for its part of the closing handshake. */
const CLOSE_WITHIN_MS = 30_000;
/** Where pings are off, links are still looked at for stalled peers. */
const DEFAULT_ROUND_MS = 60_000;
/** How long links that were told to go may take for their part of the closing handshake. */
const DRAIN_GRACE_MS = 2_000;
const DRAIN_STEP_MS = 50;

/** All WebSockets: handshakes, their number, who is silent, who is dead. */
export class WebSocketLinks {
  readonly #context: HttpContext;
  readonly #now: () => number;
  readonly #linkContext: LinkContext;
  readonly #links = new Set<WebSocketLink>();
  /** In the order of their age. */
  readonly #silent = new Set<WebSocketLink>();
  readonly #slowed = new Set<WebSocketLink>();
  /** In the order in which they began to close. */
  readonly #closing = new Set<WebSocketLink>();
  #round: Iterator<WebSocketLink> | undefined = undefined;
  #pendingHandshakes = 0;

  constructor(context: HttpContext, now: () => number) {
    this.#context = context;
    this.#now = now;
    const { settings, engine, problems, counters, budget } = context;
    counters.silent = this.#silent;
    this.#linkContext = {
      settings,
      engine,
      problems,
      counters,
      budget,
      frames: new FrameWriter(),
      now,
      spoke: (link) => this.#silent.delete(link),
      slowed: (link) => this.#slowed.add(link),
      closing: (link) => this.#closing.add(link),
      closed: (link) => this.#closed(link),
    };
  }

  get size(): number {
    return this.#links.size;
  }

  silentConnections(): SilentConnection[] {
    return Array.from(this.#silent, ({ remoteAddress, connectedAtMs }) => ({ remoteAddress, connectedAtMs }));
  }

  /** Takes a handshake on the OpAMP path, or refuses it before the upgrade. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { isDraining, isFull, settings } = this.#context;
    if (isDraining()) {
      this.#refuse(request, socket, 'draining', 'the server is about to stop');
      return;
    }
    if (isFull()) {
      const detail = `${settings.maxConnections} connections are open, which is the limit`;
      this.#refuse(request, socket, 'too_many_connections', detail);
      return;
    }
    if (this.#silent.size + this.#pendingHandshakes >= settings.maxSilentConnections) {
      const detail = `${settings.maxSilentConnections} links have said nothing yet, which is the limit`;
      this.#refuse(request, socket, 'too_many_silent_connections', detail);
      return;
    }
    const overload = this.#context.overloaded();
    if (overload !== undefined) {
      this.#refuse(request, socket, 'overloaded', 'the server cannot keep up', overload.retryAfterMs);
      return;
    }
    const decision = this.#context.accept(request);
    if (!(decision instanceof Promise)) {
      this.#decided(request, socket, head, decision);
      return;
    }
    this.#pendingHandshakes++;
    socket.on('error', destroy);
    decision
      .then(
        (decided) => this.#decided(request, socket, head, decided),
        (error: unknown) => {
          this.#refuse(request, socket, 'host_failed', `host.accept: ${error}`);
        },
      )
      .finally(() => {
        this.#pendingHandshakes--;
        socket.off('error', destroy);
      });
  }

  /** Once a tick: reads on from those who were too fast, closes the silent, pings a part of all. */
  tick(tickMs: number): void {
    for (const link of this.#slowed) {
      this.#slowed.delete(link);
      link.resumeReading();
    }
    this.#closeSilent();
    this.#cutUnclosed();
    const roundMs = this.#context.settings.pingIntervalMs || DEFAULT_ROUND_MS;
    let left = Math.ceil((this.#links.size * tickMs) / roundMs);
    while (left-- > 0) {
      this.#round ??= this.#links.values();
      const next = this.#round.next();
      if (next.done === true) this.#round = undefined;
      else this.#visit(next.value);
    }
  }

  /** The links whose grant matches. */
  granted(matches: (grant: unknown) => boolean): WebSocketLink[] {
    return [...this.#links].filter(({ grant }) => matches(grant));
  }

  /** Closes all links with 1001, as many a step as the window asks for. */
  async drain(windowMs: number): Promise<void> {
    const links = [...this.#links];
    const steps = Math.max(1, Math.floor(windowMs / DRAIN_STEP_MS));
    const perStep = Math.ceil(links.length / steps);
    for (let start = 0; start < links.length; start += perStep) {
      for (const link of links.slice(start, start + perStep)) {
        link.close(CLOSE_GOING_AWAY, 'the server is about to stop', 'drained');
      }
      if (start + perStep < links.length) await delay(DRAIN_STEP_MS);
    }
    for (let waited = 0; this.#links.size > 0 && waited < DRAIN_GRACE_MS; waited += DRAIN_STEP_MS) {
      await delay(DRAIN_STEP_MS);
    }
    for (const link of this.#links) link.cut();
  }

  #decided(request: IncomingMessage, socket: Duplex, head: Buffer, decision: AcceptDecision): void {
    const remoteAddress = addressOf(request);
    if (decision.kind === 'refuse') {
      const detail = `${decision.status}: ${decision.message}`;
      this.#context.problems.report('unauthorized', detail, { remoteAddress });
      respond(socket, decision.status, refusalHeaders(decision), decision.message);
      return;
    }
    // The host may have thought about it for longer than the server lives.
    if (this.#context.isDraining()) {
      this.#refuse(request, socket, 'draining', 'the server is about to stop');
      return;
    }
    const handshake = answerHandshake(request);
    if (handshake.kind === 'bad') {
      const { status, headers, detail } = handshake;
      this.#context.problems.report('bad_handshake', detail, { remoteAddress });
      const type = { 'Content-Type': 'text/plain; charset=utf-8' };
      respond(socket, status, { ...type, ...headers }, `bad_handshake: ${detail}\n`);
      return;
    }
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.write(handshake.head, 'latin1');
    const link = new WebSocketLink(this.#linkContext, socket, head, remoteAddress, decision);
    this.#links.add(link);
    this.#silent.add(link);
    this.#context.counters.webSockets++;
  }

  #refuse(
    request: IncomingMessage,
    socket: Duplex,
    code: OpampErrorCode,
    detail: string,
    retryAfterMs?: number,
  ): void {
    this.#context.problems.report(code, detail, { remoteAddress: addressOf(request) });
    const headers = {
      'Content-Type': 'text/plain; charset=utf-8',
      'Retry-After': String(retryAfterSeconds(retryAfterMs)),
    };
    respond(socket, 503, headers, `${code}: ${detail}\n`);
  }

  #closed(link: WebSocketLink): void {
    this.#links.delete(link);
    this.#silent.delete(link);
    this.#slowed.delete(link);
    this.#closing.delete(link);
    this.#context.counters.webSockets--;
  }

  #closeSilent(): void {
    const { firstMessageTimeoutMs } = this.#context.settings;
    if (firstMessageTimeoutMs === 0) return;
    const limitMs = this.#now() - firstMessageTimeoutMs;
    for (const link of this.#silent) {
      if (link.connectedAtMs > limitMs) return;
      this.#silent.delete(link);
      const detail = `nothing was said within ${firstMessageTimeoutMs} ms`;
      this.#context.problems.report('first_message_timeout', detail, { remoteAddress: link.remoteAddress });
      link.close(CLOSE_POLICY, 'first_message_timeout', 'cut');
    }
  }

  #cutUnclosed(): void {
    const limitMs = this.#now() - CLOSE_WITHIN_MS;
    for (const link of this.#closing) {
      if (link.closingAtMs > limitMs) return;
      link.cut();
    }
  }

  #visit(link: WebSocketLink): void {
    if (link.blockedAtMs > 0) {
      if (this.#now() - link.blockedAtMs >= STALL_MS)
        this.#cut(link, 'slow_reader', 'the peer reads nothing');
      return;
    }
    if (this.#context.settings.pingIntervalMs === 0) return;
    if (link.isAlive) {
      link.isAlive = false;
      link.missedPings = 0;
    } else if (link.missedPings >= MAX_UNANSWERED_PINGS) {
      this.#cut(link, 'ping_timeout', `${MAX_UNANSWERED_PINGS} pings were not answered`);
    } else {
      link.missedPings++;
      link.sendPing();
    }
  }

  #cut(link: WebSocketLink, code: OpampErrorCode, detail: string): void {
    const { remoteAddress, session } = link;
    this.#context.problems.report(code, detail, { remoteAddress, instanceUid: session?.instanceUid });
    link.cut();
  }
}

/** Answers a handshake that is refused and ends the connection. */
export function respond(
  socket: Duplex,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): void {
  const body = Buffer.from(text);
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'Connection: close'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push(`Content-Length: ${body.length}`, '', '');
  socket.on('error', destroy);
  socket.once('finish', destroy);
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n')), body]));
}

function destroy(this: Duplex): void {
  this.destroy();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
