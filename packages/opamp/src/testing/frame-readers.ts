/** Our reader of WebSocket frames beside that of the `ws` library, which is older and read by many: both must see the same. */
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { ByteBudget } from '../server/byte-budget.ts';
import { FrameReader } from '../server/frame-reader.ts';
import type { Dice } from './mutated-messages.ts';

/** What a reader saw, in order. */
export type Seen = readonly (readonly [event: string, ...values: (string | number | boolean)[]])[];

const MAX_MESSAGE_BYTES = 1000;
/** Enough for all that the reader may hold of messages of that size. */
const BUDGET_BYTES = 8 * MAX_MESSAGE_BYTES;

const hex = (bytes: Uint8Array, from = 0): string => Buffer.from(bytes).toString('hex', from);

/** `left` is what the budget lacks after the reader was stopped. */
export function readByOurs(chunks: readonly Buffer[]): { readonly seen: Seen; readonly left: number } {
  const seen: (readonly [string, ...(string | number | boolean)[]])[] = [];
  const budget = new ByteBudget(BUDGET_BYTES);
  const reader = new FrameReader(
    {
      message: (bytes, from, isBinary) => seen.push(['message', hex(bytes, from), isBinary]),
      ping: (payload) => seen.push(['ping', hex(payload)]),
      pong: () => seen.push(['pong']),
      peerClosed: (code) => seen.push(['close', code]),
      violated: (code) => seen.push(['violated', code]),
      overBudget: () => seen.push(['over budget']),
    },
    budget,
    MAX_MESSAGE_BYTES,
  );
  for (const chunk of chunks) reader.take(Buffer.from(chunk));
  reader.stop();
  return { seen, left: budget.reserve(BUDGET_BYTES) ? 0 : 1 };
}

interface LibraryReceiver extends Writable {
  readonly errored: (Error & { readonly [symbol: symbol]: unknown }) | null;
}

export function readByLibrary(chunks: readonly Buffer[]): Seen {
  const seen: (readonly [string, ...(string | number | boolean)[]])[] = [];
  const { Receiver } = ws as unknown as { Receiver: new (options: object) => LibraryReceiver };
  const receiver = new Receiver({
    isServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    skipUTF8Validation: true,
  });
  receiver.on('message', (data: Buffer, isBinary: boolean) => seen.push(['message', hex(data), isBinary]));
  receiver.on('ping', (data: Buffer) => seen.push(['ping', hex(data)]));
  receiver.on('pong', () => seen.push(['pong']));
  receiver.on('conclude', (code: number) => seen.push(['close', code]));
  receiver.on('error', () => undefined);
  for (const chunk of chunks) {
    if (receiver.errored !== null || receiver.writableEnded) break;
    receiver.write(Buffer.from(chunk));
  }
  const { errored } = receiver;
  if (errored !== null) {
    const status = Object.getOwnPropertySymbols(errored).find(
      ({ description }) => description === 'status-code',
    );
    seen.push(['violated', Number(status && errored[status])]);
  }
  receiver.destroy();
  return seen;
}

export interface FrameInit {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly isLast?: boolean;
  readonly mask?: readonly [number, number, number, number];
}

/** A client's frame. */
export function clientFrame({ opcode, payload, isLast = true, mask = [1, 2, 3, 4] }: FrameInit): Buffer {
  const { length } = payload;
  const head = [(isLast ? 0x80 : 0) | opcode];
  if (length < 126) head.push(0x80 | length);
  else if (length < 0x10000) head.push(0x80 | 126, length >> 8, length & 0xff);
  else head.push(0x80 | 127, 0, 0, 0, 0, 0, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
  const masked = payload.map((byte, at) => byte ^ (mask[at & 3] ?? 0));
  return Buffer.concat([Buffer.from(head), Buffer.from(mask), masked]);
}

/** Cut into pieces of up to `most` bytes. */
export function cut(bytes: Buffer, dice: Dice, most: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + dice.roll(most);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

/** Frames that are right, or almost, in random pieces. Returns where the two readers differ, or undefined. */
export function compareFrameReaders(dice: Dice): string | undefined {
  const frames: Buffer[] = [];
  for (let left = 1 + dice.roll(6); left > 0; left--) frames.push(...randomMessage(dice));
  const stream = Buffer.concat(frames);
  for (let left = dice.roll(3); left > 0; left--) stream[dice.roll(stream.length)] = dice.roll(256);
  const chunks = cut(stream, dice, [3, 40, 600, 4000][dice.roll(4)] ?? 1);
  const ours = readByOurs(chunks);
  const [mine, theirs] = [JSON.stringify(ours.seen), JSON.stringify(readByLibrary(chunks))];
  if (ours.left > 0) return 'the reader keeps a part of the byte budget';
  return mine === theirs ? undefined : `frames are read as ${mine}, by the library as ${theirs}`;
}

function randomMessage(dice: Dice): Buffer[] {
  const bytes = (most: number) => Uint8Array.from({ length: dice.roll(most) }, () => dice.roll(256));
  const mask = [dice.roll(256), dice.roll(256), dice.roll(256), dice.roll(256)] as const;
  const control = (): Buffer =>
    clientFrame({ opcode: dice.roll(20) === 0 ? 8 : 9 + dice.roll(2), payload: bytes(20), mask: [...mask] });
  const opcode = dice.roll(8) === 0 ? 1 : 2;
  const frames: Buffer[] = [];
  const fragments = dice.roll(3) === 0 ? 2 + dice.roll(4) : 1;
  for (let at = 0; at < fragments; at++) {
    const isLast = at === fragments - 1;
    const most = dice.roll(3) === 0 ? 600 : 130;
    frames.push(
      clientFrame({ opcode: at === 0 ? opcode : 0, payload: bytes(most), isLast, mask: [...mask] }),
    );
    if (dice.roll(5) === 0) frames.push(control());
  }
  return frames;
}
