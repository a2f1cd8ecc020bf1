import { endianness } from 'node:os';
import type { ByteBudget } from './byte-budget.ts';

/** Takes what a peer sends. Buffers are valid until the call returns. */
export interface FrameSink {
  /** A whole message is from `from` to the end of `bytes`. */
  message(bytes: Buffer, from: number, isBinary: boolean): void;
  ping(payload: Buffer): void;
  pong(): void;
  /** The peer's close frame; 1005 where it names no code. */
  peerClosed(code: number): void;
  /** Nothing is read any more. `code` is the one to close with. */
  violated(code: number, detail: string): void;
  /** The byte budget has no more for a message that is not complete. Nothing is read any more. */
  overBudget(): void;
}

const OP_CONTINUATION = 0;
const OP_TEXT = 1;
const OP_BINARY = 2;
const OP_CLOSE = 8;
const OP_PING = 9;
const OP_PONG = 10;
const FIN = 0x80;
const RESERVED_BITS = 0x70;
const MASKED = 0x80;
const MASK_BYTES = 4;
const MAX_HEADER_BYTES = 14;
const MAX_CONTROL_BYTES = 125;
const MIN_HELD_BYTES = 64;
/** Below this single bytes are unmasked as fast as whole words. */
const MIN_WORDS_BYTES = 48;
const IS_LITTLE_ENDIAN = endianness() === 'LE';

const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_NO_CODE = 1005;
export const CLOSE_TOO_BIG = 1009;
const CLOSE_FIRST_PRIVATE = 3000;
const CLOSE_LAST_PRIVATE = 4999;

/**
 * Takes apart what the peer of one WebSocket sends (RFC 6455, no extensions). A message that comes whole in one chunk,
 * as nearly all do, is unmasked in its place and costs no copy. Of others only what has come is held, within the byte
 * budget: what a frame's head says of its length reserves nothing.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #budget: ByteBudget;
  readonly #maxMessageBytes: number;
  /** The beginning of a frame whose end has not come. */
  #held: Buffer | undefined = undefined;
  #heldLength = 0;
  /** The payloads of a message's fragments so far; undefined between messages. */
  #message: Buffer | undefined = undefined;
  #messageLength = 0;
  #isMessageBinary = false;
  #isStopped = false;
  // The head that was read last.
  #first = 0;
  #headLength = 0;
  #length = 0;

  constructor(sink: FrameSink, budget: ByteBudget, maxMessageBytes: number) {
    this.#sink = sink;
    this.#budget = budget;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Changes the bytes of `chunk`. */
  take(chunk: Buffer): void {
    let at = 0;
    while (this.#heldLength > 0 && at < chunk.length && !this.#isStopped) at = this.#completeHeld(chunk, at);
    while (at < chunk.length && !this.#isStopped) {
      if (!this.#readHead(chunk, at, chunk.length)) {
        if (!this.#isStopped) this.#hold(chunk, at, chunk.length);
        return;
      }
      const start = at + this.#headLength;
      const end = start + this.#length;
      if (end > chunk.length) {
        this.#hold(chunk, at, chunk.length);
        return;
      }
      this.#frame(chunk, start, end);
      at = end;
    }
  }

  /** Reads nothing more and lets go of what is held. */
  stop(): void {
    this.#isStopped = true;
    this.#dropHeld();
    this.#dropMessage();
  }

  /** Adds to the frame that began in an earlier chunk; returns how far the chunk is used. */
  #completeHeld(chunk: Buffer, at: number): number {
    const isHeadWhole = this.#readHead(this.#held ?? chunk, 0, this.#heldLength);
    if (this.#isStopped) return at;
    const wanted = isHeadWhole ? this.#headLength + this.#length : this.#heldLength + 1;
    const end = Math.min(chunk.length, at + wanted - this.#heldLength);
    if (!this.#hold(chunk, at, end)) return end;
    const held = this.#held;
    if (held === undefined || !this.#readHead(held, 0, this.#heldLength)) return end;
    const frameEnd = this.#headLength + this.#length;
    if (this.#heldLength < frameEnd) return end;
    // It is let go before the sink is called, which may stop the reader.
    this.#dropHeld();
    this.#frame(held.subarray(0, frameEnd), this.#headLength, frameEnd);
    return end;
  }

  /** Reads a frame's head into the fields; false where it is not complete, or not allowed: then the reader is stopped. */
  #readHead(bytes: Buffer, at: number, end: number): boolean {
    if (end - at < 2) return false;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    this.#first = first;
    const opcode = first & 0x0f;
    const fault = this.#faultOf(first, opcode, second);
    if (fault !== undefined) return this.#violated(CLOSE_PROTOCOL_ERROR, fault);
    let headLength = 2;
    let length = second & 0x7f;
    if (length === 126) {
      if (end - at < 4) return false;
      headLength = 4;
      length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    } else if (length === 127) {
      if (end - at < 10) return false;
      headLength = 10;
      length = bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6);
    }
    const before = opcode === OP_CONTINUATION ? this.#messageLength : 0;
    if (before + length > this.#maxMessageBytes) {
      return this.#violated(CLOSE_TOO_BIG, `a message is over ${this.#maxMessageBytes} bytes`);
    }
    this.#headLength = headLength + MASK_BYTES;
    this.#length = length;
    return end - at >= this.#headLength;
  }

  #faultOf(first: number, opcode: number, second: number): string | undefined {
    if ((first & RESERVED_BITS) !== 0)
      return 'a frame has reserved bits set, and no extension was negotiated';
    if ((second & MASKED) === 0) return 'a frame is not masked';
    switch (opcode) {
      case OP_CONTINUATION:
        return this.#message === undefined ? 'a fragment continues no message' : undefined;
      case OP_TEXT:
      case OP_BINARY:
        return this.#message === undefined ? undefined : 'a message begins within a fragmented one';
      case OP_CLOSE:
      case OP_PING:
      case OP_PONG:
        if ((first & FIN) === 0) return 'a control frame is fragmented';
        return (second & 0x7f) > MAX_CONTROL_BYTES ? 'a control frame is over 125 bytes' : undefined;
      default:
        return `a frame has the unknown opcode ${opcode}`;
    }
  }

  /** A whole frame, whose payload is from `start` to `end` and whose mask stands before it. */
  #frame(bytes: Buffer, start: number, end: number): void {
    unmask(bytes, start, end);
    const opcode = this.#first & 0x0f;
    const isLast = (this.#first & FIN) !== 0;
    switch (opcode) {
      case OP_TEXT:
      case OP_BINARY:
        if (isLast) {
          const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
          this.#sink.message(whole, start, opcode === OP_BINARY);
        } else {
          this.#isMessageBinary = opcode === OP_BINARY;
          this.#addFragment(bytes, start, end);
        }
        return;
      case OP_CONTINUATION:
        if (this.#addFragment(bytes, start, end) && isLast) this.#endMessage();
        return;
      case OP_PING:
        this.#sink.ping(bytes.subarray(start, end));
        return;
      case OP_PONG:
        this.#sink.pong();
        return;
      case OP_CLOSE:
        this.#close(bytes, start, end);
    }
  }

  #close(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const code = length < 2 ? CLOSE_NO_CODE : bytes.readUInt16BE(start);
    if (length === 1 || (length > 1 && !isCloseCode(code))) {
      this.#violated(CLOSE_PROTOCOL_ERROR, 'a close frame has no valid code');
      return;
    }
    this.stop();
    this.#sink.peerClosed(code);
  }

  #addFragment(bytes: Buffer, start: number, end: number): boolean {
    const length = this.#messageLength + end - start;
    const grown = this.#grown(this.#message, this.#messageLength, length);
    if (grown === undefined) return false;
    bytes.copy(grown, this.#messageLength, start, end);
    this.#message = grown;
    this.#messageLength = length;
    return true;
  }

  #endMessage(): void {
    const whole = this.#message?.subarray(0, this.#messageLength);
    this.#dropMessage();
    if (whole !== undefined) this.#sink.message(whole, 0, this.#isMessageBinary);
  }

  #hold(bytes: Buffer, start: number, end: number): boolean {
    const length = this.#heldLength + end - start;
    const grown = this.#grown(this.#held, this.#heldLength, length);
    if (grown === undefined) return false;
    bytes.copy(grown, this.#heldLength, start, end);
    this.#held = grown;
    this.#heldLength = length;
    return true;
  }

  /** The buffer itself, or one of twice the size with the same content; undefined where the budget has no more. */
  #grown(buffer: Buffer | undefined, used: number, wanted: number): Buffer | undefined {
    const size = buffer?.length ?? 0;
    if (buffer !== undefined && size >= wanted) return buffer;
    const limit = this.#maxMessageBytes + MAX_HEADER_BYTES;
    const grownSize = Math.max(wanted, Math.min(2 * size, limit), MIN_HELD_BYTES);
    if (!this.#budget.reserve(grownSize - size)) {
      this.stop();
      this.#sink.overBudget();
      return undefined;
    }
    const grown = Buffer.allocUnsafeSlow(grownSize);
    buffer?.copy(grown, 0, 0, used);
    return grown;
  }

  #dropHeld(): void {
    this.#budget.release(this.#held?.length ?? 0);
    this.#held = undefined;
    this.#heldLength = 0;
  }

  #dropMessage(): void {
    this.#budget.release(this.#message?.length ?? 0);
    this.#message = undefined;
    this.#messageLength = 0;
  }

  #violated(code: number, detail: string): false {
    this.stop();
    this.#sink.violated(code, detail);
    return false;
  }
}

/** Codes that may stand in a close frame (RFC 6455, 7.4). */
function isCloseCode(code: number): boolean {
  if (code >= CLOSE_FIRST_PRIVATE) return code <= CLOSE_LAST_PRIVATE;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== CLOSE_NO_CODE && code !== 1006;
}

/** Takes the mask, which stands in the four bytes before `start`, off the bytes from there to `end`. */
function unmask(bytes: Buffer, start: number, end: number): void {
  const mask = start - MASK_BYTES;
  let at = start;
  if (end - start >= MIN_WORDS_BYTES) {
    while (((bytes.byteOffset + at) & 3) !== 0) {
      bytes[at] = (bytes[at] ?? 0) ^ (bytes[mask + ((at - start) & 3)] ?? 0);
      at++;
    }
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 2);
    const key = wordOf(bytes, mask, at - start);
    for (let word = 0; word < words.length; word++) words[word] = (words[word] ?? 0) ^ key;
    at += words.length << 2;
  }
  for (; at < end; at++) bytes[at] = (bytes[at] ?? 0) ^ (bytes[mask + ((at - start) & 3)] ?? 0);
}

/** Four bytes of the mask from its place `turn` on, as a word of this machine. */
function wordOf(bytes: Buffer, mask: number, turn: number): number {
  const first = bytes[mask + (turn & 3)] ?? 0;
  const second = bytes[mask + ((turn + 1) & 3)] ?? 0;
  const third = bytes[mask + ((turn + 2) & 3)] ?? 0;
  const last = bytes[mask + ((turn + 3) & 3)] ?? 0;
  return IS_LITTLE_ENDIAN
    ? first | (second << 8) | (third << 16) | (last << 24)
    : last | (third << 8) | (second << 16) | (first << 24);
}
