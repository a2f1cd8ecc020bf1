import type { Duplex } from 'node:stream';
import type { OpampErrorCode } from '../errors.ts';
import { messageStart } from '../wire/frame.ts';
import type { Counters } from './counters.ts';
import type { Engine, Outcome } from './engine.ts';
import { CLOSE_TOO_BIG } from './frame-reader.ts';
import { type FrameContext, FrameSocket } from './frame-socket.ts';
import type { Accepted } from './http-exchange.ts';
import type { Problems } from './problems.ts';
import type { Pieces } from './reply.ts';
import type { Link, Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

/** What every link shares, and where it tells of its turns. */
export interface LinkContext extends FrameContext {
  readonly settings: ServerSettings;
  readonly engine: Engine;
  readonly problems: Problems;
  readonly counters: Counters;
  /** The link has said something for the first time. */
  spoke(link: WebSocketLink): void;
  /** Reading was stopped until the next tick, because the peer sends too fast. */
  slowed(link: WebSocketLink): void;
  /** The closing handshake has begun; it may never end. */
  closing(link: WebSocketLink): void;
  closed(link: WebSocketLink): void;
}

const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_INVALID_PAYLOAD = 1007;
const CLOSE_POLICY = 1008;
const CLOSE_TRY_LATER = 1013;
const RATE_WINDOW_MS = 1_000;

/** One agent's WebSocket: what it says to the engine, and its limits. */
export class WebSocketLink extends FrameSocket implements Link {
  readonly transport = 'websocket';
  readonly remoteAddress: string;
  readonly credential: string | undefined;
  readonly grant: unknown;
  readonly connectedAtMs: number;
  session: Session | undefined = undefined;
  sessions: Set<Session> | undefined = undefined;
  /** Something came since the last ping. */
  isAlive = true;
  /** Pings in a row to which nothing came. */
  missedPings = 0;
  hasSpoken = false;
  /** When the closing handshake began, or 0. */
  closingAtMs = 0;
  readonly #context: LinkContext;
  #closeReason: 'closed' | 'cut' | 'drained' = 'closed';
  #badMessages = 0;
  #windowStartMs = 0;
  #windowMessages = 0;

  constructor(
    context: LinkContext,
    socket: Duplex,
    head: Buffer,
    remoteAddress: string,
    { credential, grant }: Accepted,
  ) {
    super(context, socket, head);
    this.#context = context;
    this.remoteAddress = remoteAddress;
    this.credential = credential;
    this.grant = grant;
    this.connectedAtMs = context.now();
  }

  send(message: Pieces): void {
    if (this.write(message)) this.#context.counters.messagesSent.websocket++;
  }

  /** Starts the closing handshake; what still arrives is ignored. */
  close(code: number, reason: string, as: 'closed' | 'cut' | 'drained' = 'closed'): void {
    if (this.isClosing) return;
    this.#closeReason = as;
    this.beginClose(code, reason);
  }

  override cut(): void {
    this.#closeReason = 'cut';
    super.cut();
  }

  message(data: Buffer, from: number, isBinary: boolean): void {
    const { counters, engine } = this.#context;
    if (this.isClosing) {
      // What was on its way when the server began to stop counts, else the next number would be a gap after its restart.
      if (this.#closeReason === 'drained' && isBinary) this.#takeUnanswered(data, from);
      return;
    }
    this.isAlive = true;
    counters.messagesReceived.websocket++;
    if (!this.hasSpoken) {
      this.hasSpoken = true;
      this.#context.spoke(this);
    }
    this.#limitRate();
    if (!isBinary) {
      this.#answer(engine.refuse(this, 'text_frame', 'OpAMP messages are binary'));
      return;
    }
    const start = messageStart(data, from);
    if (start === undefined) {
      const detail = `expected header 0, the message starts with "${data.toString('hex', from, from + 4)}"`;
      this.#answer(engine.refuse(this, 'bad_frame', detail));
      return;
    }
    this.#answer(engine.receive(this, data, start));
  }

  override ping(payload: Buffer): void {
    this.isAlive = true;
    this.#limitRate();
    super.ping(payload);
  }

  pong(): void {
    this.isAlive = true;
  }

  violated(code: number, detail: string): void {
    this.#report(code === CLOSE_TOO_BIG ? 'message_too_large' : 'bad_handshake', detail);
    this.#closeReason = 'cut';
    this.end(code);
  }

  overBudget(): void {
    const detail = 'the messages that are being received take all of the byte budget';
    this.#report('too_many_bytes_in_flight', detail);
    this.cut();
  }

  protected tooSlow(waitingBytes: number): void {
    const limit = this.#context.settings.maxBufferedBytes;
    this.#report('slow_reader', `${waitingBytes} bytes wait to be read by the agent, the limit is ${limit}`);
    this.cut();
  }

  protected caughtUp(): void {
    this.#context.engine.peerCaughtUp(this);
  }

  protected closing(): void {
    this.closingAtMs = this.#context.now();
    this.#context.closing(this);
  }

  protected gone(): void {
    this.#context.engine.peerGone(this, this.#closeReason);
    this.#context.closed(this);
  }

  #takeUnanswered(data: Buffer, from: number): void {
    this.#context.counters.messagesReceived.websocket++;
    const start = messageStart(data, from);
    if (start !== undefined) this.#context.engine.receive(this, data, start);
  }

  #answer(outcome: Outcome): void {
    switch (outcome.kind) {
      case 'steady':
        this.#badMessages = 0;
        if (this.writeUid(outcome.session.wireUid)) this.#context.counters.messagesSent.websocket++;
        return;
      case 'reply':
        this.#badMessages = 0;
        this.send(outcome.pieces);
        return;
      case 'refused':
        this.send([outcome.body]);
        this.#refused(outcome);
        return;
    }
  }

  #refused({ code }: Outcome & { kind: 'refused' }): void {
    switch (code) {
      case 'uid_conflict':
        this.close(CLOSE_POLICY, code, 'cut');
        return;
      case 'not_admitted':
        // Others speak through this link, and they are not at fault.
        if (this.session === undefined) this.close(CLOSE_POLICY, code, 'cut');
        return;
      case 'request_refused':
      case 'overloaded':
        // The agent is at fault for neither.
        return;
      case 'too_many_agents':
        this.close(CLOSE_TRY_LATER, code, 'cut');
        return;
    }
    this.#badMessages++;
    if (this.#badMessages < this.#context.settings.maxBadMessages) return;
    const detail = `${this.#badMessages} bad messages in a row, the last: ${code}`;
    this.#context.problems.report('too_many_bad_messages', detail, { remoteAddress: this.remoteAddress });
    this.close(code === 'bad_frame' ? CLOSE_PROTOCOL_ERROR : CLOSE_INVALID_PAYLOAD, code, 'cut');
  }

  #limitRate(): void {
    const { settings, now } = this.#context;
    const nowMs = now();
    if (nowMs - this.#windowStartMs >= RATE_WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#windowMessages = 0;
    }
    this.#windowMessages++;
    if (this.#windowMessages !== settings.maxMessagesPerSecond) return;
    this.#report('too_many_messages', `${this.#windowMessages} messages within a second`);
    this.pauseReading();
    this.#context.slowed(this);
  }

  #report(code: OpampErrorCode, detail: string): void {
    const { remoteAddress, session } = this;
    this.#context.problems.report(code, detail, { remoteAddress, instanceUid: session?.instanceUid });
  }
}
