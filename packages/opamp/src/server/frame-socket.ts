import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ByteBudget } from './byte-budget.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { closeFrame, type FrameWriter, PING_FRAME, pongFrame } from './frame-writer.ts';
import type { Pieces } from './reply.ts';

/** By it one set of listeners serves all sockets: closures for each would cost more than all fields of a link. */
const FRAMES = Symbol('what takes the frames of a socket');
type FramedSocket = Duplex & { [FRAMES]?: FrameSocket };

/** What all sockets share. */
export interface FrameContext {
  readonly frames: FrameWriter;
  readonly budget: ByteBudget;
  readonly settings: { readonly maxMessageBytes: number; readonly maxBufferedBytes: number };
  readonly now: () => number;
}

/** The server's end of one WebSocket: frames in and out, the closing handshake, a peer that does not read. */
export abstract class FrameSocket implements FrameSink {
  /** When reading stopped because the peer does not read, or 0. */
  blockedAtMs = 0;
  /** From here on nothing is sent, and what comes is not answered. */
  protected isClosing = false;
  readonly #context: FrameContext;
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  /** While what came in one piece is taken apart: answers that hold nothing but this uid, to be written at once. */
  #isTaking = false;
  #owedUid: Uint8Array | undefined = undefined;
  #owed = 0;

  /** The socket has switched to the protocol; `head` is what came behind the handshake already. */
  constructor(context: FrameContext, socket: Duplex, head: Buffer) {
    this.#context = context;
    this.#socket = socket;
    this.#reader = new FrameReader(this, context.budget, context.settings.maxMessageBytes);
    (socket as FramedSocket)[FRAMES] = this;
    if (socket instanceof Socket) socket.setTimeout(0).setNoDelay(true);
    if (head.length > 0) socket.unshift(head);
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  }

  abstract message(bytes: Buffer, from: number, isBinary: boolean): void;
  abstract violated(code: number, detail: string): void;
  abstract overBudget(): void;
  /** So much waits for the peer that it is to be cut. */
  protected abstract tooSlow(waitingBytes: number): void;
  /** The peer reads again. */
  protected abstract caughtUp(): void;
  /** The closing handshake has begun; it may never end. */
  protected abstract closing(): void;
  protected abstract gone(): void;

  get isWritable(): boolean {
    return !this.isClosing && this.#socket.writableLength < this.#context.settings.maxBufferedBytes / 2;
  }

  /** False where nothing can be sent any more. */
  protected write(message: Pieces): boolean {
    if (this.isClosing || !this.#socket.writable) return false;
    this.#writeOwed();
    if (this.isClosing) return false;
    const length = this.#context.frames.write(this.#socket, message);
    if (this.#socket.writableLength > 0) this.#checkBacklog(length);
    return true;
  }

  /** As `write`, of the message that holds nothing but this uid. */
  protected writeUid(uid: Uint8Array): boolean {
    if (this.isClosing || !this.#socket.writable) return false;
    if (uid !== this.#owedUid) this.#writeOwed();
    this.#owedUid = uid;
    this.#owed++;
    if (!this.#isTaking) this.#writeOwed();
    return true;
  }

  #writeOwed(): void {
    const uid = this.#owedUid;
    const count = this.#owed;
    if (uid === undefined) return;
    this.#owedUid = undefined;
    this.#owed = 0;
    const length = this.#context.frames.writeUids(this.#socket, uid, count);
    if (this.#socket.writableLength > 0) this.#checkBacklog(length);
  }

  sendPing(): void {
    if (this.blockedAtMs === 0) this.#writeControl(PING_FRAME);
  }

  ping(payload: Buffer): void {
    this.#writeControl(pongFrame(payload));
  }

  abstract pong(): void;

  /** Starts the closing handshake, or answers the peer's. */
  protected beginClose(code: number, reason: string): void {
    if (this.isClosing) return;
    if (this.#socket.writable) this.#writeOwed();
    if (this.isClosing) return;
    this.isClosing = true;
    if (this.#socket.writable) this.#socket.write(closeFrame(code, reason));
    this.#socket.resume();
    this.closing();
  }

  peerClosed(code: number): void {
    this.end(code);
  }

  /** Closes without waiting for the peer's part of the handshake. */
  protected end(code: number): void {
    this.beginClose(code, '');
    this.#socket.end();
  }

  /** Ends the connection at once: nobody reads at the other end. */
  cut(): void {
    this.isClosing = true;
    this.#socket.destroy();
  }

  protected pauseReading(): void {
    this.#socket.pause();
  }

  /** Reads on, unless the peer still does not read. */
  resumeReading(): void {
    if (this.blockedAtMs === 0) this.#socket.resume();
  }

  #writeControl(frame: Uint8Array): void {
    if (this.isClosing || !this.#socket.writable) return;
    this.#writeOwed();
    if (this.isClosing) return;
    this.#socket.write(frame);
    if (this.#socket.writableLength > 0) this.#checkBacklog(frame.length);
  }

  /** A peer that does not read must not make us keep what we say to it: first it is not read from, then it is cut. */
  #checkBacklog(lastBytes: number): void {
    const { maxBufferedBytes } = this.#context.settings;
    const waiting = this.#socket.writableLength;
    if (waiting >= maxBufferedBytes && waiting > lastBytes) this.tooSlow(waiting);
    else if (waiting >= maxBufferedBytes / 2 && this.blockedAtMs === 0) {
      this.blockedAtMs = this.#context.now();
      this.#socket.pause();
      this.#socket.once('drain', onDrain);
    }
  }

  // For the listeners below.

  take(chunk: Buffer): void {
    this.#isTaking = true;
    try {
      this.#reader.take(chunk);
    } finally {
      this.#isTaking = false;
    }
    if (!this.isClosing && this.#socket.writable) this.#writeOwed();
  }

  drained(): void {
    if (this.blockedAtMs === 0) return;
    this.blockedAtMs = 0;
    this.#socket.resume();
    this.caughtUp();
  }

  /** The peer says nothing more; it may not have said so before. */
  peerEnded(): void {
    if (!this.isClosing) this.closing();
    this.isClosing = true;
    this.#socket.end();
  }

  closed(): void {
    this.isClosing = true;
    this.#reader.stop();
    this.gone();
  }
}

function onData(this: FramedSocket, chunk: Buffer): void {
  this[FRAMES]?.take(chunk);
}

function onDrain(this: FramedSocket): void {
  this[FRAMES]?.drained();
}

function onEnd(this: FramedSocket): void {
  this[FRAMES]?.peerEnded();
}

function onError(this: FramedSocket): void {
  this.destroy();
}

function onClose(this: FramedSocket): void {
  this[FRAMES]?.closed();
}
