import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import {
  connectFakeAgent,
  describedAs,
  FakeHttpAgent,
  FakeWebSocketAgent,
  type Transport,
} from '../testing/fake-agent.ts';
import { nestedHealth } from '../testing/nested-health.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { instanceUidToBytes } from '../wire/instance-uid.ts';
import type { AcceptDecision } from './server-options.ts';

const MIB = 1024 * 1024;
const first = { sequenceNum: 1n, capabilities: 3n, agentDescription: describedAs('bystander') };

let server: TestServer;
let bystander: FakeWebSocketAgent;

beforeEach(async () => {
  server = await startTestServer({
    maxMessageBytes: MIB,
    maxBytesInFlight: 4 * MIB,
    maxBufferedBytes: 256 * 1024,
    maxBadMessages: 3,
    bodyTimeoutMs: 300,
  });
  bystander = await FakeWebSocketAgent.connect(server.url('websocket'));
  await bystander.exchange(first);
});

/** Whatever was done to the server: another agent on its old link, and a new one, work as ever. */
afterEach(async () => {
  const answer = await bystander.exchange({ sequenceNum: 2n, capabilities: 3n });
  expect(answer).toMatchObject({ flags: 0n, instanceUid: instanceUidToBytes(bystander.uid) });
  await using newcomer = await connectFakeAgent('http', server.url('http'));
  expect((await newcomer.exchange(first)).capabilities).toBe(0x7fn);
  await bystander[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const problemCodes = () =>
  server.events
    .drain()
    .filter(({ kind }) => kind === 'problem')
    .map(({ code }) => code);

describe('bad messages over WebSocket', () => {
  test('garbage is answered with BadRequest, and closes the link when it does not end', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    for (let count = 0; count < 3; count++) {
      peer.sendFrame(Buffer.from('00ffffffffffffffffffffff', 'hex'));
      expect((await peer.pushed()).errorResponse?.errorMessage).toContain('bad_message');
    }
    expect(await peer.closed).toBe(1007);
    expect(problemCodes()).toEqual(['bad_message', 'bad_message', 'bad_message', 'too_many_bad_messages']);
  });

  test('a good message in between starts the count anew', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    for (let sequenceNum = 1n; sequenceNum < 6n; sequenceNum++) {
      peer.sendFrame(Buffer.from('00ff', 'hex'));
      await peer.pushed();
      expect((await peer.exchange({ sequenceNum, capabilities: 1n })).errorResponse).toBeUndefined();
    }
  });

  test('wrong headers close with a protocol error', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    for (let count = 0; count < 3; count++) peer.sendFrame(Buffer.from('01', 'hex'));
    expect(await peer.closed).toBe(1002);
  });

  test('text frames are not processed, and counted', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    peer.sendFrame('{"instanceUid": "x"}');
    expect((await peer.pushed()).errorResponse?.errorMessage).toContain('text_frame');
    expect(server.opamp.counters.errors).toEqual({ text_frame: 1 });
  });

  test('a message over the limit closes with 1009 and is not processed', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    peer.sendFrame(Buffer.alloc(MIB + 1));
    expect(await peer.closed).toBe(1009);
    expect(problemCodes()).toEqual(['message_too_large']);
  });

  test('a message of exactly the limit is taken', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    const uid = instanceUidToBytes(peer.uid);
    const head = Buffer.concat([Buffer.from('0a10', 'hex'), uid, Buffer.from('20019a06', 'hex')]);
    const fill = MIB - 1 - head.length - 3;
    const length = Buffer.from([(fill & 0x7f) | 0x80, ((fill >> 7) & 0x7f) | 0x80, fill >> 14]);
    const message = Buffer.concat([head, length, Buffer.alloc(fill)]);
    expect(message.length + 1).toBe(MIB);
    expect(fromBinary(ServerToAgentSchema, await peer.exchangeBytes(message)).errorResponse).toBeUndefined();
  });

  test('a frame that violates RFC 6455 closes the link', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    const { _socket: socket } = peer.webSocket as unknown as { _socket: { write(bytes: Uint8Array): void } };
    socket.write(Buffer.from('f200', 'hex'));
    expect(await peer.closed).toBe(1002);
    expect(problemCodes()).toEqual(['bad_handshake']);
  });

  test('a message that comes with the handshake is processed once the host has let it in, and not before', async () => {
    const asked = Promise.withResolvers<void>();
    const decision = Promise.withResolvers<AcceptDecision>();
    await using patient = await startTestServer({
      host: {
        accept: () => {
          asked.resolve();
          return decision.promise;
        },
      },
    });
    const message = Buffer.concat([Buffer.from([0]), new FakeHttpAgent('').encode(first)]);
    const handshake =
      'GET /v1/opamp HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const socket = connect(patient.port, '127.0.0.1');
    // A binary frame with a mask of zeros.
    socket.write(
      Buffer.concat([
        Buffer.from(handshake),
        Buffer.from([0x82, 0x80 | message.length, 0, 0, 0, 0]),
        message,
      ]),
    );
    await asked.promise;
    expect(patient.opamp.counters.messagesReceived.websocket).toBe(0);
    decision.resolve({ kind: 'accept' });
    await patient.events.takeWhere(({ kind }) => kind === 'reported');
    expect(patient.opamp.counters.messagesReceived.websocket).toBe(1);
    socket.destroy();
    await patient.events.takeWhere(({ kind }) => kind === 'disconnected');
  });

  test('a link that is cut in the middle of a frame leaves nothing behind', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    await peer.exchange({ sequenceNum: 1n, capabilities: 1n });
    const { _socket: socket } = peer.webSocket as unknown as { _socket: { write(bytes: Uint8Array): void } };
    socket.write(Buffer.from('82fe', 'hex'));
    peer.webSocket.terminate();
    await server.events.takeWhere(({ kind }) => kind === 'disconnected');
    expect(server.opamp.counters.connections.websocket).toBe(1);
  });
});

describe.each<Transport>(['websocket', 'http'])('hostile content over %s', (transport) => {
  test('a health tree of ten thousand levels is a bad request', async () => {
    await using peer = await connectFakeAgent(transport, server.url(transport));
    const uid = Buffer.concat([Buffer.from('0a10', 'hex'), instanceUidToBytes(peer.uid)]);
    const answer = await peer.exchangeBytes(Buffer.concat([uid, nestedHealth(10_000)]));
    expect(fromBinary(ServerToAgentSchema, answer).errorResponse?.errorMessage).toContain('ComponentHealth');
    expect(server.opamp.session(peer.uid)).toBeUndefined();
  });

  test('attributes named for parts of an object change nothing', async () => {
    await using peer = await connectFakeAgent(transport, server.url(transport));
    const effectiveConfig = { configMap: { configMap: JSON.parse('{"__proto__": {}}') } };
    await peer.exchange({ ...first, effectiveConfig, agentDescription: describedAs('__proto__') });
    expect(({} as { body?: unknown }).body).toBeUndefined();
  });
});

describe('hostile bodies over HTTP', () => {
  test('a body that says it is too large is refused before it is read', async () => {
    await using peer = new FakeHttpAgent(server.url('http'));
    const answer = await peer.post(Buffer.alloc(MIB + 1));
    expect(answer.status).toBe(413);
    expect(answer.body.toString()).toContain('message_too_large');
  });

  test('a body without length that grows too large is refused', async () => {
    const sent = request(server.url('http'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-protobuf', 'Transfer-Encoding': 'chunked' },
    });
    sent.on('error', () => undefined);
    const answered = once(sent, 'response');
    for (let count = 0; count < 20; count++) sent.write(Buffer.alloc(MIB / 16));
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    sent.destroy();
  });

  test('gzip bombs are refused with 413, ten at once too, without their size in memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MIB));
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }, 1);
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => {
        await using peer = new FakeHttpAgent(server.url('http'));
        return (await peer.post(bomb, { 'Content-Encoding': 'gzip' })).status;
      }),
    );
    clearInterval(watch);
    expect(statuses.filter((status) => status !== 413 && status !== 503)).toEqual([]);
    expect(statuses).toContain(413);
    expect(peak).toBeLessThan(40 * MIB);
  });

  test('a body over the byte budget is refused with 503 and Retry-After', async () => {
    await using small = await startTestServer({ maxBytesInFlight: 64 });
    await using peer = new FakeHttpAgent(small.url('http'));
    const answer = await peer.post(Buffer.alloc(65));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
    expect((await peer.post(Buffer.alloc(64, 0xff))).status).toBe(400);
    expect(small.opamp.counters.errors.too_many_bytes_in_flight).toBe(1);
  });

  test('a body that does not arrive is given up with 408', async () => {
    const sent = request(server.url('http'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-protobuf', 'Content-Length': 100 },
    });
    sent.on('error', () => undefined);
    sent.flushHeaders();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(408);
    sent.destroy();
  });

  test('a request that is cut off leaves nothing behind', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const head =
      'POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 50\r\n\r\n';
    socket.write(`${head}abc`);
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
  });

  test('headers without end are refused', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST /v1/opamp HTTP/1.1\r\n${'X: y\r\n'.repeat(20_000)}`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 4/);
    socket.destroy();
  });
});

describe('floods', () => {
  test('a peer that reads nothing is not read from, and what is said to it stays bounded', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    await peer.exchange(first);
    const { remoteConfig } = {
      remoteConfig: Buffer.concat([Buffer.from('1280803c', 'hex'), Buffer.alloc(983_040)]),
    };
    server.wanted = (session) => (session.instanceUid === peer.uid ? { remoteConfig } : undefined);
    peer.webSocket.pause();
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 200; count++) {
      server.opamp.push([peer.uid]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
    server.wanted = () => undefined;
  });

  test('a flood of heartbeats is slowed and counted, and answered in the end', async () => {
    await using peer = await FakeWebSocketAgent.connect(server.url('websocket'));
    await peer.exchange(first);
    const message = Buffer.concat([
      Buffer.from('000a10', 'hex'),
      instanceUidToBytes(peer.uid),
      Buffer.from('10022003', 'hex'),
    ]);
    for (let count = 0; count < 5_000; count++) peer.sendFrame(message);
    await server.events.takeWhere(({ code }) => code === 'too_many_messages');
    expect((await bystander.exchange({ sequenceNum: 2n, capabilities: 3n })).errorResponse).toBeUndefined();
    for (let count = 0; count < 5_000; count++) await peer.received.take();
  });

  test('a hundred links that say nothing disturb nobody', async () => {
    await using peers = new AsyncDisposableStack();
    for (let count = 0; count < 100; count++) {
      peers.use(await FakeWebSocketAgent.connect(server.url('websocket')));
    }
    expect(server.opamp.silentConnections()).toHaveLength(100);
  });
});
