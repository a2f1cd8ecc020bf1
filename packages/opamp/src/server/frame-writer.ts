import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Pieces } from './reply.ts';

const FINAL = 0x80;
const OP_BINARY = 2;
const OP_CLOSE = 8;
const OP_PONG = 10;
/** The length of a frame's payload is in its second byte up to this, else in the two or eight bytes after it. */
const MAX_SHORT = 125;
const MAX_16_BITS = 0xffff;
/** Below this a copy is cheaper than a second write to the socket. */
const MAX_COPIED_BYTES = 16 * 1024;
const CLOSE_CODE_BYTES = 2;
const CLOSE_NO_CODE = 1005;
/** A frame's head of two bytes, the OpAMP header, and the head of the field that holds a uid of 16 bytes. */
const UID_FRAME_HEAD = [FINAL | OP_BINARY, 19, 0, 0x0a, 16];
const UID_BYTES = 16;

/** A ping without payload, ready to be written. */
export const PING_FRAME = Uint8Array.of(0x89, 0);

export function pongFrame(payload: Uint8Array): Uint8Array {
  return controlFrame(OP_PONG, payload);
}

/** `reason` is cut to what a control frame holds. 1005 stands for a close without a code. */
export function closeFrame(code: number, reason: string): Uint8Array {
  if (code === CLOSE_NO_CODE) return controlFrame(OP_CLOSE, new Uint8Array(0));
  const text = Buffer.from(reason).subarray(0, MAX_SHORT - CLOSE_CODE_BYTES);
  return controlFrame(OP_CLOSE, Buffer.concat([Uint8Array.of(code >>> 8, code & 0xff), text]));
}

function controlFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = FINAL | opcode;
  frame[1] = payload.length;
  frame.set(payload, 2);
  return frame;
}

/**
 * Writes messages as unmasked binary frames (RFC 6455, 5.2) with the OpAMP header before the message. All links share
 * one buffer for that, which the next frame may use again where the system has taken all of this one at once.
 */
export class FrameWriter {
  #shared: Buffer = Buffer.allocUnsafeSlow(MAX_COPIED_BYTES);
  #sharedUid = uidFrame();

  /** Returns the frame's length. */
  write(socket: Duplex, message: Pieces): number {
    let length = 1;
    for (const piece of message) length += piece.length;
    const headLength = length <= MAX_SHORT ? 2 : length <= MAX_16_BITS ? 4 : 10;
    const total = headLength + length;
    if (total > MAX_COPIED_BYTES) {
      const head = Buffer.allocUnsafeSlow(headLength + 1);
      writeHead(head, headLength, length);
      socket.cork();
      socket.write(head);
      for (const piece of message) socket.write(piece);
      socket.uncork();
      return total;
    }
    // Another kind of stream may keep what it has taken. Behind bytes that wait this would wait too, and not alone.
    const isShared = socket.writableLength === 0 && socket instanceof Socket;
    const frame = isShared ? this.#shared.subarray(0, total) : Buffer.allocUnsafeSlow(total);
    writeHead(frame, headLength, length);
    let position = headLength + 1;
    for (const piece of message) {
      frame.set(piece, position);
      position += piece.length;
    }
    socket.write(frame);
    if (isShared && socket.writableLength > 0) this.#shared = Buffer.allocUnsafeSlow(MAX_COPIED_BYTES);
    return total;
  }

  /** As `write`, so many times, of the message that holds nothing but this uid: the answer to every heartbeat. */
  writeUids(socket: Duplex, uid: Uint8Array, count: number): number {
    if (uid.length !== UID_BYTES || !(socket instanceof Socket)) {
      let length = 0;
      for (let at = 0; at < count; at++) length += this.write(socket, [Uint8Array.of(0x0a, uid.length), uid]);
      return length;
    }
    const frame = this.#sharedUid;
    for (let at = 0; at < UID_BYTES; at++) frame[UID_FRAME_HEAD.length + at] = uid[at] ?? 0;
    if (count > 1) {
      const frames = Buffer.alloc(frame.length * count, frame);
      socket.write(frames);
      return frames.length;
    }
    socket.write(frame);
    if (socket.writableLength > 0) this.#sharedUid = uidFrame();
    return frame.length;
  }
}

function uidFrame(): Uint8Array {
  const frame = Buffer.allocUnsafeSlow(UID_FRAME_HEAD.length + UID_BYTES);
  frame.set(UID_FRAME_HEAD);
  return frame;
}

/** The frame's head and after it the OpAMP header 0 (specification: WebSocket Message Format). */
function writeHead(frame: Buffer, headLength: number, length: number): void {
  frame[0] = FINAL | OP_BINARY;
  frame[headLength] = 0;
  switch (headLength) {
    case 2:
      frame[1] = length;
      return;
    case 4:
      frame[1] = 126;
      frame[2] = length >>> 8;
      frame[3] = length & 0xff;
      return;
    default:
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
  }
}
