import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { clientFrame } from '../testing/frame-readers.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const GOOD = {
  Host: 'x',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

function openSocket(port: number, headers: Readonly<Record<string, string>>, method = 'GET'): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} /v1/opamp HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
}

async function answerTo(
  port: number,
  headers: Readonly<Record<string, string>>,
  method?: string,
): Promise<string> {
  const socket = openSocket(port, headers, method);
  const [data] = await once(socket, 'data');
  socket.destroy();
  return String(data);
}

describe('handshakes', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  test('the key is answered as in the example of RFC 6455', async () => {
    const answer = await answerTo(server.port, GOOD);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    expect(answer).not.toMatch(/extensions|protocol:/i);
  });

  test('of the subprotocols that are asked for, the first is agreed to', async () => {
    const webSocket = new WebSocket(server.url('websocket'), ['opamp', 'other']);
    await once(webSocket, 'open');
    expect(webSocket.protocol).toBe('opamp');
    webSocket.terminate();
    await once(webSocket, 'close');
  });

  test.each([
    ['no key', { ...GOOD, 'Sec-WebSocket-Key': '' }, 'GET', 400],
    ['a key of another length', { ...GOOD, 'Sec-WebSocket-Key': 'AAAA' }, 'GET', 400],
    ['an unknown version', { ...GOOD, 'Sec-WebSocket-Version': '12' }, 'GET', 400],
    ['another protocol', { ...GOOD, Upgrade: 'h2c' }, 'GET', 400],
    ['another method', GOOD, 'PUT', 405],
    ['a subprotocol that is no token', { ...GOOD, 'Sec-WebSocket-Protocol': '"' }, 'GET', 400],
  ] as const)('%s is refused, says why, and is counted', async (_what, headers, method, status) => {
    const answer = await answerTo(server.port, headers, method);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('bad_handshake: ');
    expect(server.opamp.counters.errors).toEqual({ bad_handshake: 1 });
    expect(server.opamp.counters.connections.websocket).toBe(0);
  });

  test('what comes in one packet with the handshake is a message', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const head = Object.entries(GOOD).map(([name, value]) => `${name}: ${value}\r\n`);
    const message = Buffer.from('000a10018f2b3c4d5e7f608192a3b4c5d6e7f810012001', 'hex');
    const request = Buffer.from(`GET /v1/opamp HTTP/1.1\r\n${head.join('')}\r\n`);
    socket.write(Buffer.concat([request, clientFrame({ opcode: 2, payload: message })]));
    await server.events.takeWhere(({ kind }) => kind === 'connected');
    socket.destroy();
    await server.events.takeWhere(({ kind }) => kind === 'disconnected');
  });
});

describe('closing', () => {
  test('the peer gets its own code back, and the connection ends', async () => {
    await using server = await startTestServer();
    const webSocket = new WebSocket(server.url('websocket'));
    await once(webSocket, 'open');
    webSocket.close(4001, 'enough');
    expect((await once(webSocket, 'close'))[0]).toBe(4001);
    await expect.poll(() => server.opamp.counters.connections.websocket).toBe(0);
  });

  test('what is on its way when the server begins to stop counts, and is not answered', async () => {
    await using server = await startTestServer();
    const socket = openSocket(server.port, GOOD);
    await once(socket, 'data');
    const say = (sequenceNum: string): void => {
      const message = Buffer.from(`000a10018f2b3c4d5e7f608192a3b4c5d6e7f810${sequenceNum}2001`, 'hex');
      socket.write(clientFrame({ opcode: 2, payload: message }));
    };
    say('01');
    await once(socket, 'data');
    const drained = server.opamp.drain(0);
    const [close] = await once(socket, 'data');
    expect(close[0]).toBe(0x88);
    socket.on('data', () => expect.unreachable('nothing is said behind a close frame'));
    say('02');
    socket.write(clientFrame({ opcode: 8, payload: Uint8Array.of(3, 233) }));
    await drained;
    const [session] = server.opamp.sessions();
    expect(session?.sequenceNum).toBe(2n);
    socket.destroy();
  });

  test('a peer that never answers a close is cut after half a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    try {
      await using server = await startTestServer({ maxBadMessages: 1, pingIntervalMs: 0 });
      const socket = openSocket(server.port, GOOD);
      await once(socket, 'data');
      const closed = once(socket, 'close');
      socket.write(clientFrame({ opcode: 2, payload: Buffer.from('01', 'hex') }));
      await server.events.takeWhere(({ code }) => code === 'too_many_bad_messages');
      vi.advanceTimersByTime(29_000);
      expect(server.opamp.counters.connections.websocket).toBe(1);
      vi.advanceTimersByTime(3_000);
      await closed;
      await vi.waitFor(() => expect(server.opamp.counters.connections.websocket).toBe(0));
    } finally {
      vi.useRealTimers();
    }
  });
});

test.each([
  ['slowed', 'too_many_messages', {}],
  ['cut, since it does not read', 'slow_reader', { maxMessagesPerSecond: 1_000_000 }],
])('a flood of pings is %s', async (_how, problem, options) => {
  await using server = await startTestServer({ maxBufferedBytes: 16 * 1024, ...options });
  const socket = openSocket(server.port, GOOD);
  await once(socket, 'data');
  socket.pause();
  const flood = Buffer.concat(
    Array.from({ length: 500 }, () => clientFrame({ opcode: 9, payload: Buffer.alloc(125) })),
  );
  const before = process.memoryUsage().arrayBuffers;
  const seen = server.events.takeWhere(({ code }) => code === problem);
  const write = (): void => {
    if (!socket.destroyed) socket.write(flood, () => setImmediate(write));
  };
  write();
  await seen;
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  socket.destroy();
});
