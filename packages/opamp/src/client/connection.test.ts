import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { ComponentHealthSchema, ServerErrorResponseType } from '../gen/opamp/v1/opamp_pb.ts';
import { createOpampServer } from '../server/opamp-server.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { createOpampClient } from './opamp-client.ts';

const UNAVAILABLE = ServerErrorResponseType.ServerErrorResponseType_Unavailable;
const pem = (name: string) =>
  readFileSync(new URL(`../testing/localhost-${name}.pem`, import.meta.url), 'utf8');

describe('the number of a message that a server has surely not taken in is used again', () => {
  test.each([401, 403, 429, 502, 503])('after HTTP %i', async (status) => {
    await using server = await startFakeServer('http');
    server.refusal = { status };
    await using tested = startTestClient(server);
    for (let failure = 0; failure < 3; failure++) await tested.events.take();
    server.refusal = undefined;
    expect((await server.received.take()).message.sequenceNum).toBe(1n);
  });

  test('where there is no server', async () => {
    const first = await startFakeServer('http');
    await using tested = startTestClient(first, { heartbeatIntervalMs: 5 });
    for (let sequenceNum = 1n; sequenceNum < 3n; sequenceNum++) {
      const exchange = await first.received.take();
      expect(exchange.message.sequenceNum).toBe(sequenceNum);
      exchange.answer({ capabilities: 3n });
    }
    const third = await first.received.take();
    third.answer();
    // It goes away between two polls, and the connection that was kept with it.
    await first[Symbol.asyncDispose]();
    for (let failure = 0; failure < 3; failure++)
      await tested.events.takeWhere(({ kind }) => kind === 'onConnectFailed');
    const taken = [third, ...first.received.drain()].at(-1)?.message.sequenceNum ?? 0n;
    await using second = await startFakeServer('http', first.port);
    expect((await second.received.take()).message.sequenceNum).toBe(taken + 1n);
  });

  test('where the headers could not be made', async () => {
    await using server = await startFakeServer('http');
    let attempts = 0;
    await using _tested = startTestClient(server, {
      headers: () => {
        attempts += 1;
        if (attempts < 3) throw new Error('no token');
        return {};
      },
    });
    expect((await server.received.take()).message.sequenceNum).toBe(1n);
  });

  test('but not where the server may have taken it in', async () => {
    await using server = await startFakeServer('http');
    await using _tested = startTestClient(server);
    (await server.received.take()).fail(500);
    expect((await server.received.take()).message.sequenceNum).toBe(2n);
  });
});

describe.each<Transport>(['websocket', 'http'])('the connection over %s', (transport) => {
  test.each([
    [503, '2', 2_000],
    [429, new Date(Date.now() + 3_600_000).toUTCString(), 3_000_000],
    [503, 'soon', 0],
    [503, '-5', 0],
    [401, '2', 0],
  ])(
    'status %i with Retry-After %s waits accordingly, with the report kept',
    async (status, retryAfter, leastMs) => {
      await using server = await startFakeServer(transport);
      server.refusal = { status, headers: { 'Retry-After': retryAfter } };
      await using tested = startTestClient(server);
      const { kind, args } = await tested.events.take();
      expect(kind).toBe('onConnectFailed');
      expect(args[1]).toBeGreaterThanOrEqual(leastMs);
      if (leastMs > 0) return;
      expect(args[1]).toBeLessThanOrEqual(6);
      server.refusal = undefined;
      const { message } = await server.received.take();
      expect(message.agentDescription).toBeDefined();
    },
  );

  test('an unavailable server is left alone for as long as it asks', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    const retryInfo = { retryAfterNanoseconds: 60_000_000_000n };
    const errorResponse = { type: UNAVAILABLE, Details: { case: 'retryInfo', value: retryInfo } } as const;
    (await server.received.take()).answer({ errorResponse });
    const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onConnectFailed');
    expect(args[1]).toBeGreaterThanOrEqual(60_000);
    if (transport === 'websocket') expect(await server.closed.take()).toBe(1000);
  });

  test('an unavailable server that names no time is asked again, with the whole report', async () => {
    await using server = await startFakeServer(transport);
    await using _tested = startTestClient(server);
    (await server.received.take()).answer({ errorResponse: { type: UNAVAILABLE } });
    const { message } = await server.received.take();
    // Over HTTP it is the same message once more; a WebSocket may have carried others behind it.
    const sequenceNum = transport === 'http' ? 1n : 2n;
    expect(message).toMatchObject({ sequenceNum, health: { healthy: true } });
  });

  test('a server that is not there is tried again and again, until it is', async () => {
    const first = await startFakeServer(transport);
    const { port } = first;
    await first[Symbol.asyncDispose]();
    await using tested = startTestClient(first.url);
    for (let failure = 0; failure < 3; failure++)
      expect((await tested.events.take()).kind).toBe('onConnectFailed');
    await using server = await startFakeServer(transport, port);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
  });

  test('headers are asked for each time', async () => {
    await using server = await startFakeServer(transport);
    let token = 0;
    await using _tested = startTestClient(server, {
      headers: () => ({ Authorization: `Bearer ${++token}` }),
    });
    const first = await server.received.take();
    expect(first.headers.authorization).toBe('Bearer 1');
    first.fail(500);
    expect((await server.received.take()).headers.authorization).toBe('Bearer 2');
  });

  test('TLS is verified against the given CA', async () => {
    const server = createOpampServer({ capabilities: 1n, host: {} });
    const https = createTlsServer({ cert: pem('cert'), key: pem('key') });
    server.attach(https);
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    const { port } = https.address() as AddressInfo;
    const url = `${transport === 'http' ? 'https' : 'wss'}://localhost:${port}/v1/opamp`;
    const local = { localAddress: '127.0.0.1' };
    await using trusting = startTestClient(url, { ...local, tls: { ca: pem('cert'), minVersion: '1.3' } });
    expect((await trusting.events.take()).kind).toBe('onConnect');
    await using careless = startTestClient(url, { ...local, tls: { insecureSkipVerify: true } });
    expect((await careless.events.take()).kind).toBe('onConnect');
    await using wary = startTestClient(url, local);
    const { kind, args } = await wary.events.take();
    expect(kind).toBe('onConnectFailed');
    expect(String(args[0])).toContain('certificate');
    await Promise.all([trusting.client.stop(), careless.client.stop(), wary.client.stop()]);
    await server.drain(0);
    https.closeAllConnections();
    await new Promise((resolve) => https.close(resolve));
  });

  test('stop without start, and twice, is safe; start twice is a mistake', async () => {
    const client = createOpampClient({
      url: 'ws://127.0.0.1:1',
      description: { identifying: {} },
      capabilities: [],
    });
    await client.stop();
    await client.stop();
    client.start();
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    expect(() => tested.client.start()).toThrow('started already');
  });

  test('stop before the server answers ends at once', async () => {
    await using server = await startFakeServer(transport);
    server.refusal = { status: 500 };
    const { client, events } = startTestClient(server);
    await events.take();
    await client.stop();
    events.drain();
    await new Promise((resolve) => setImmediate(resolve));
    expect(events.drain()).toEqual([]);
  });
});

describe('WebSocket', () => {
  test('a lost link comes back with what changed only, and the numbers go on', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    for (const link of server.links) link.terminate();
    expect((await tested.events.take()).kind).toBe('onDisconnect');
    const { message, answer } = await server.received.take();
    expect(message).toMatchObject({ sequenceNum: 2n, capabilities: 0x1c03n });
    expect(message.agentDescription).toBeUndefined();
    answer({ capabilities: 3n });
    expect((await tested.events.take()).kind).toBe('onConnect');
  });

  test('a server that accepts and then drops is not asked in a hot loop', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server, { backoff: { initialMs: 20, maxMs: 40 } });
    for (let round = 0; round < 4; round++) {
      (await server.received.take()).answer({ capabilities: 3n });
      await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
      for (const link of server.links) link.terminate();
    }
    expect(tested.events.drain().filter(({ kind }) => kind === 'onConnectFailed')).toEqual([]);
  });

  test('a message over the limit closes with 1009, and the client comes back', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server, { maxMessageBytes: 1000 });
    (await server.received.take()).answerRaw(Buffer.alloc(1001));
    expect(await server.closed.take()).toBe(1009);
    expect((await tested.events.take()).kind).toBe('onConnectFailed');
    expect((await server.received.take()).message.sequenceNum).toBe(2n);
  });

  test('text from the server is told of and not processed', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    await server.received.take();
    for (const link of server.links) link.send('hello');
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'text_frame' });
  });

  test('the process may end while a client with unref is connected', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server, { unref: true });
    (await server.received.take()).answer({ capabilities: 1n });
    expect((await tested.events.take()).kind).toBe('onConnect');
  });
});

describe('HTTP', () => {
  test('compressed answers are read', async () => {
    await using server = await startFakeServer('http');
    await using tested = startTestClient(server);
    (await server.received.take()).answerRaw(gzipSync(Buffer.from('3803', 'hex')), {
      'Content-Encoding': 'gzip',
    });
    expect((await tested.events.take()).kind).toBe('onConnect');
    expect(tested.client.serverCapabilities).toBe(3n);
  });

  test('an answer over the limit, compressed or not, changes nothing and is a failure', async () => {
    await using server = await startFakeServer('http');
    await using tested = startTestClient(server, { maxMessageBytes: 1000 });
    (await server.received.take()).answerRaw(Buffer.alloc(1001));
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'message_too_large' });
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    (await server.received.take()).answerRaw(bomb, { 'Content-Encoding': 'gzip' });
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'message_too_large' });
    (await server.received.take()).answer({ capabilities: 3n });
    expect((await tested.events.take()).kind).toBe('onConnect');
  });

  test('what got 413 is not sent again', async () => {
    await using server = await startFakeServer('http');
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(create(ComponentHealthSchema, { status: 'too much' }));
    (await server.received.take()).fail(413);
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'message_too_large' });
    const next = await server.received.take();
    expect(next.message.health).toBeUndefined();
    next.answer();
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'outgoing_too_large' });
    tested.client.setDescription({ identifying: {} });
    const { message } = await server.received.take();
    expect(message.agentDescription).toBeDefined();
    expect(message.health).toBeUndefined();
  });
});

test.each(['ftp://x/', 'nonsense', ''])('the URL "%s" is refused at once', (url) => {
  expect(() => createOpampClient({ url, description: { identifying: {} }, capabilities: [] })).toThrow(
    TypeError,
  );
});
