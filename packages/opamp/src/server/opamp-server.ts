import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { InstanceUid } from '../wire/instance-uid.ts';
import { ByteBudget } from './byte-budget.ts';
import { Counters } from './counters.ts';
import { Engine } from './engine.ts';
import { HostCalls } from './host-calls.ts';
import { addressOf, type HttpContext, serveHttp } from './http-exchange.ts';
import { Problems } from './problems.ts';
import type {
  AcceptDecision,
  AgentSession,
  ConnectionRequest,
  CustomMessageInit,
  OpampServer,
  OpampServerOptions,
  SendOutcome,
  SilentConnection,
} from './server-options.ts';
import { resolveSettings, type ServerSettings } from './settings.ts';
import { takeRequests } from './take-requests.ts';
import { WebSocketLinks } from './websocket-links.ts';

const MAX_TICK_MS = 1_000;
const MIN_TICK_MS = 10;
const CLOSE_FORGOTTEN = 1000;
/** Connections that are ended without a pause for others. */
const DISCONNECT_SLICE = 500;
const ACCEPTED: AcceptDecision = { kind: 'accept' };

/**
 * The server's end of OpAMP, over WebSocket and plain HTTP on one path. Attach it to one or more HTTP servers that the
 * caller listens with and closes. Throws a RangeError for an option that makes no sense.
 */
export function createOpampServer(options: OpampServerOptions): OpampServer {
  return new AttachedServer(options, Date.now);
}

class AttachedServer implements OpampServer {
  readonly counters = new Counters();
  readonly #options: OpampServerOptions;
  readonly #settings: ServerSettings;
  readonly #engine: Engine;
  readonly #links: WebSocketLinks;
  readonly #context: HttpContext;
  readonly #now: () => number;
  readonly #tickMs: number;
  #ticker: NodeJS.Timeout | undefined = undefined;
  #isDraining = false;

  constructor(options: OpampServerOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#settings = resolveSettings(options);
    const problems = new Problems(options.host, this.counters);
    const calls = new HostCalls(options.host, problems);
    this.#engine = new Engine(this.#settings, calls, problems, this.counters, now);
    this.#context = {
      settings: this.#settings,
      engine: this.#engine,
      problems,
      counters: this.counters,
      budget: new ByteBudget(this.#settings.maxBytesInFlight),
      accept: (request) => this.#accept(request),
      isDraining: () => this.#isDraining,
      overloaded: () => calls.overloaded(),
      isFull: () => this.counters.sockets > this.#settings.maxConnections,
    };
    this.#links = new WebSocketLinks(this.#context, now);
    this.#tickMs = tickMs(this.#settings);
  }

  attach(server: Server): void {
    // One set of listeners for all sockets: a closure for each would cost more than the link's own fields.
    const { counters } = this;
    const onSocketClose = (): void => {
      counters.sockets--;
    };
    const countSocket = (socket: Duplex): void => {
      counters.sockets++;
      socket.on('close', onSocketClose);
    };
    server.on('connection', countSocket);
    takeRequests(server, {
      takes: (request) => this.#isOpamp(request),
      request: (request, response) => serveHttp(this.#context, request, response),
      upgrade: (request, socket, head) => this.#links.upgrade(request, socket, head),
    });
    server.on('close', () => this.#stopTickerWhenIdle());
    this.#ticker ??= setInterval(() => this.#tick(), this.#tickMs);
    this.#ticker.unref();
  }

  silentConnections(): readonly SilentConnection[] {
    return this.#links.silentConnections();
  }

  session(uid: InstanceUid): AgentSession | undefined {
    return this.#engine.roster.get(uid);
  }

  sessions(): Iterable<AgentSession> {
    return this.#engine.roster.values();
  }

  push(uids: Iterable<InstanceUid>): void {
    for (const uid of uids) {
      const session = this.#engine.roster.get(uid);
      if (session !== undefined) this.#engine.outbox.push(session);
    }
  }

  sendCustomMessage(uid: InstanceUid, message: CustomMessageInit): SendOutcome {
    const session = this.#engine.roster.get(uid);
    if (session === undefined) return 'not_connected';
    const outcome = this.#engine.customMessages.enqueue(session, message);
    if (outcome === 'queued' && session.link !== undefined) this.#engine.outbox.push(session);
    return outcome;
  }

  setCustomCapabilities(capabilities: readonly string[]): void {
    this.#engine.customMessages.announce(capabilities);
    for (const session of this.#engine.roster.values()) {
      session.isToldCustom = false;
      if (session.link !== undefined) this.#engine.outbox.push(session);
    }
  }

  forget(uid: InstanceUid): void {
    const session = this.#engine.roster.get(uid);
    if (session === undefined) return;
    this.#engine.roster.forget(session)?.close(CLOSE_FORGOTTEN, 'the agent was forgotten');
  }

  disconnect(uid: InstanceUid, reason: string): boolean {
    const { roster } = this.#engine;
    return roster.end(roster.get(uid), reason);
  }

  async disconnectGranted(matches: (grant: unknown) => boolean, reason: string): Promise<number> {
    const { roster } = this.#engine;
    let agents = 0;
    let ended = 0;
    for (const link of this.#links.granted(matches)) {
      agents += roster.endLink(link, reason);
      if (++ended % DISCONNECT_SLICE === 0) await breathe();
    }
    const polling = [...roster.polling()].filter(({ grant }) => matches(grant));
    for (const session of polling) {
      if (matches(session.grant) && roster.end(session, reason)) agents++;
      if (++ended % DISCONNECT_SLICE === 0) await breathe();
    }
    return agents;
  }

  async drain(windowMs: number): Promise<void> {
    this.#isDraining = true;
    await this.#links.drain(windowMs);
    this.#stopTicker();
  }

  #isOpamp(request: IncomingMessage): boolean {
    const [path] = (request.url ?? '').split('?', 1);
    return path === this.#settings.path;
  }

  #accept(request: IncomingMessage): AcceptDecision | Promise<AcceptDecision> {
    const { host } = this.#options;
    if (host.accept === undefined) return ACCEPTED;
    const { socket } = request;
    const connection: ConnectionRequest = {
      transport: request.headers.upgrade === undefined ? 'http' : 'websocket',
      headers: request.headers,
      remoteAddress: addressOf(request),
      remotePort: socket.remotePort ?? 0,
      tlsSocket: socket instanceof TLSSocket ? socket : undefined,
    };
    try {
      return host.accept(connection);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #tick(): void {
    this.#links.tick(this.#tickMs);
    this.#engine.outbox.askWaiting();
    this.#engine.roster.sweepSilent(this.#now() - this.#settings.httpSilenceMs);
  }

  #stopTickerWhenIdle(): void {
    if (this.#links.size === 0) this.#stopTicker();
  }

  #stopTicker(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Fine enough for the shortest of the times that the tick looks after. */
function tickMs(settings: ServerSettings): number {
  const times = [settings.httpSilenceMs, settings.pingIntervalMs, settings.firstMessageTimeoutMs];
  const shortest = Math.min(...times.filter((ms) => ms > 0));
  return Math.max(MIN_TICK_MS, Math.min(MAX_TICK_MS, shortest / 4));
}
