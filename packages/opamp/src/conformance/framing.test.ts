import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ServerErrorResponseType, ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { FakeWebSocketAgent } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { startTestServer } from '../testing/test-server.ts';
import { instanceUidToBytes } from '../wire/instance-uid.ts';

const MIB = 1024 * 1024;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('WebSocket messages that the server gets', () => {
  test('one zero byte is a whole message, which lacks only its uid', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    agent.sendFrame(Uint8Array.of(0));
    const { errorResponse } = await agent.pushed();
    expect(errorResponse?.type).toBe(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
    expect(errorResponse?.errorMessage).toContain('bad_instance_uid');
    const good = await agent.exchange({ sequenceNum: 1n, capabilities: 1n });
    expect(good.errorResponse).toBeUndefined();
  });

  test('a header that never ends is a bad request', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    for (const header of ['80', '80'.repeat(9), `${'80'.repeat(10)}01`]) {
      agent.sendFrame(Buffer.from(header, 'hex'));
      expect((await agent.pushed()).errorResponse?.errorMessage).toContain('bad_frame');
    }
  });

  test('who offers permessage-deflate speaks without it', async () => {
    await using server = await startTestServer();
    const webSocket = new WebSocket(server.url('websocket'), { perMessageDeflate: true });
    const opened = once(webSocket, 'open');
    const [upgrade] = await once(webSocket, 'upgrade');
    expect(upgrade.headers['sec-websocket-extensions']).toBeUndefined();
    await opened;
    const uid = '018f2b3c4d5e7f608192a3b4c5d6e7f8';
    webSocket.send(Buffer.from(`000a10${uid}10012001`, 'hex'));
    const [data] = await once(webSocket, 'message');
    expect(hex(data.subarray(0, 19))).toBe(`000a10${uid}`);
    webSocket.terminate();
    await once(webSocket, 'close');
  });

  test('a compressed frame that was not negotiated is not inflated: the link is closed', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    const bomb = deflateRawSync(Buffer.alloc(100 * MIB));
    const head = Buffer.alloc(14);
    head.writeUInt8(0xc2, 0);
    head.writeUInt8(0x80 | 127, 1);
    head.writeBigUInt64BE(BigInt(bomb.length), 2);
    const before = process.memoryUsage().arrayBuffers;
    const { _socket: socket } = agent.webSocket as unknown as { _socket: { write(bytes: Uint8Array): void } };
    socket.write(Buffer.concat([head, bomb]));
    expect(await agent.closed).toBe(1002);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * MIB);
  });
});

describe('WebSocket messages that the client gets', () => {
  test.each(['01', 'ac02', '80', 'ff'])('a header of %s is told of and not processed', async (header) => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    const { answerRaw, answer } = await server.received.take();
    answerRaw(Buffer.from(`${header}3803`, 'hex'));
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'bad_frame' });
    answer({ capabilities: 1n });
    expect((await tested.events.take()).kind).toBe('onConnect');
    expect(tested.client.serverCapabilities).toBe(1n);
  });

  test('an overlong header, and a message in fragments, are taken', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    const { message } = await server.received.take();
    const body = toBinary(
      ServerToAgentSchema,
      create(ServerToAgentSchema, { instanceUid: message.instanceUid, capabilities: 7n, flags: 1n }),
    );
    const data = Buffer.concat([Buffer.from('8000', 'hex'), body]);
    for (const link of server.links) {
      link.send(data.subarray(0, 1), { fin: false });
      link.send(data.subarray(1, 9), { fin: false });
      link.send(data.subarray(9), { fin: true });
    }
    expect((await server.received.take()).message.agentDescription).toBeDefined();
    expect(tested.client.serverCapabilities).toBe(7n);
  });

  test('one zero byte is a message that says nothing', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    (await server.received.take()).answerRaw(Uint8Array.of(0));
    expect((await tested.events.take()).kind).toBe('onConnect');
  });

  test('a ping comes back with its payload', async () => {
    await using server = await startFakeServer('websocket');
    await using _tested = startTestClient(server);
    await server.received.take();
    for (const link of server.links) {
      const pong = once(link, 'pong');
      link.ping('hello');
      expect(String((await pong)[0])).toBe('hello');
    }
  });
});

test('every message in both directions begins with one zero byte, and is binary', async () => {
  await using server = await startTestServer();
  const agent = new WebSocket(server.url('websocket'));
  await once(agent, 'open');
  agent.send(Buffer.from('000a10018f2b3c4d5e7f608192a3b4c5d6e7f810012001', 'hex'));
  const [answer, isBinary] = await once(agent, 'message');
  expect([answer[0], isBinary]).toEqual([0, true]);
  agent.terminate();
  await once(agent, 'close');
  await using fake = await startFakeServer('websocket');
  const frames: [number | undefined, boolean][] = [];
  await using tested = startTestClient(fake);
  const first = await fake.received.take();
  for (const link of fake.links)
    link.on('message', (data: Buffer, binary: boolean) => frames.push([data[0], binary]));
  first.answer({ flags: 1n, capabilities: 3n });
  await fake.received.take();
  expect(frames).toEqual([[0, true]]);
  expect(tested.client.messagesSent).toBe(2);
});

test('the client asks for the path of its URL, whatever it is', async () => {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as { port: number };
  for (const [scheme, event] of [
    ['http', 'request'],
    ['ws', 'upgrade'],
  ] as const) {
    const asked = once(http, event);
    await using _tested = startTestClient(`${scheme}://127.0.0.1:${port}/else/where?a=b`);
    const [request] = await asked;
    expect(request.url).toBe('/else/where?a=b');
    request.socket.destroy();
  }
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

test('bodies over plain HTTP have no header in either direction', async () => {
  await using server = await startTestServer();
  const body = Buffer.from('0a10018f2b3c4d5e7f608192a3b4c5d6e7f810012001', 'hex');
  const response = await fetch(server.url('http'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-protobuf' },
    body,
  });
  const answer = new Uint8Array(await response.arrayBuffer());
  expect(hex(answer.subarray(0, 18))).toBe('0a10018f2b3c4d5e7f608192a3b4c5d6e7f8');
  expect(fromBinary(ServerToAgentSchema, answer).capabilities).toBe(0x7fn);
  const bodies: Buffer[] = [];
  const http = createServer((request, reply) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk)).on('end', () => reply.end());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as { port: number };
  await using tested = startTestClient(`http://127.0.0.1:${port}/v1/opamp`);
  await tested.events.take();
  const uid = hex(instanceUidToBytes(tested.client.instanceUid));
  expect(hex(Buffer.concat(bodies)).startsWith(`0a10${uid}1001`)).toBe(true);
  await tested.client.stop();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

test('a text POST is refused and does not hang, also where it never ends', async () => {
  await using server = await startTestServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    'POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\na',
  );
  const [data] = await once(socket, 'data');
  expect(String(data)).toMatch(/^HTTP\/1.1 415/);
  socket.destroy();
});
