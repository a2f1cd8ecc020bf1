import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as ws from 'ws';
import { closeFrame, FrameWriter, pongFrame } from './frame-writer.ts';

type Received = { readonly data: Buffer; readonly isBinary: boolean };

/** Reads server frames by the `ws` library. */
function readBy(socket: Socket | PassThrough): { readonly messages: Received[] } {
  const { Receiver } = ws as unknown as { Receiver: new (options: object) => NodeJS.WritableStream };
  const receiver = new Receiver({ isServer: false, maxPayload: 1 << 24 });
  const messages: Received[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => messages.push({ data, isBinary }));
  socket.pipe(receiver);
  return { messages };
}

describe('one buffer for all sockets', () => {
  let slow: Socket;
  let quick: Socket;
  let peers: Socket[];
  let close: () => void;

  beforeEach(async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    peers = [];
    const sockets: Socket[] = [];
    for (let count = 0; count < 2; count++) {
      const accepted = once(server, 'connection');
      peers.push(connect(port, '127.0.0.1'));
      sockets.push((await accepted)[0]);
    }
    [slow, quick] = sockets as [Socket, Socket];
    close = () => {
      for (const socket of [...peers, ...sockets]) socket.destroy();
      server.close();
    };
  });

  afterEach(() => close());

  test('is not written over while a peer that does not read has bytes in it', async () => {
    const writer = new FrameWriter();
    const uid = (fill: number) => new Uint8Array(16).fill(fill);
    const expected: string[] = [];
    const say = (fill: number): void => {
      writer.write(slow, [new Uint8Array(9000).fill(fill)]);
      writer.writeUids(slow, uid(fill), 2);
      expected.push(`${fill} 9001`, `${fill} 19`, `${fill} 19`);
    };
    let fill = 0;
    while (slow.writableLength === 0) say(fill++ & 0x7f);
    for (let count = 0; count < 20; count++) {
      say(fill++ & 0x7f);
      writer.write(quick, [new Uint8Array(9000).fill(0xff)]);
      writer.writeUids(quick, uid(0xff), 1);
    }
    const { messages } = readBy(peers[0] as Socket);
    await expect.poll(() => messages.length, { timeout: 10_000 }).toBe(expected.length);
    const ends = messages.map(({ data }) => `${data.at(-1)} ${data.length}`);
    expect(ends).toEqual(expected);
    for (const { data } of messages)
      expect(data.subarray(5).every((byte) => byte === data.at(-1))).toBe(true);
  });
});

test.each([0, 124, 125, 0xfffe, 0xffff, 200_000])(
  'a message of %i bytes is one binary frame with the header in front',
  async (length) => {
    const stream = new PassThrough();
    const { messages } = readBy(stream);
    const bytes = Uint8Array.from({ length }, (_, at) => at);
    new FrameWriter().write(stream, [bytes.subarray(0, 3), bytes.subarray(3)]);
    await expect.poll(() => messages.length).toBe(1);
    expect(messages[0]?.isBinary).toBe(true);
    expect(Buffer.concat([Buffer.alloc(1), bytes]).equals(messages[0]?.data ?? Buffer.alloc(0))).toBe(true);
  },
);

test('streams that may keep what they took get bytes of their own', async () => {
  const stream = new PassThrough();
  const writer = new FrameWriter();
  for (const fill of [1, 2, 3]) {
    writer.write(stream, [new Uint8Array(20).fill(fill)]);
    writer.writeUids(stream, new Uint8Array(16).fill(fill), 2);
  }
  const { messages } = readBy(stream);
  await expect.poll(() => messages.map(({ data }) => data.at(-1))).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
});

test('control frames hold 125 bytes at the most', () => {
  expect(Buffer.from(closeFrame(1001, 'bye')).toString('hex')).toBe('880503e9627965');
  expect(Buffer.from(closeFrame(1005, '')).toString('hex')).toBe('8800');
  expect(closeFrame(1001, 'x'.repeat(500))).toHaveLength(127);
  expect(Buffer.from(pongFrame(Uint8Array.of(1, 2))).toString('hex')).toBe('8a020102');
});
