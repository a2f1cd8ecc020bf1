import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as plainRequest } from 'node:http';
import { createServer as createTlsServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { connectFakeAgent, describedAs, FakeHttpAgent, FakeWebSocketAgent } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { createOpampServer } from './opamp-server.ts';
import type { AcceptDecision } from './server-options.ts';

const first = { sequenceNum: 1n, capabilities: 3n, agentDescription: describedAs('a') };

describe('plain HTTP', () => {
  test.each([
    'application/x-protobuf',
    'APPLICATION/X-Protobuf',
    'application/x-protobuf; charset=x',
    ' application/x-protobuf ;q=1',
  ])('content type "%s" is OpAMP', async (contentType) => {
    await using server = await startTestServer();
    await using agent = new FakeHttpAgent(server.url('http'));
    const answer = await agent.post(agent.encode(first), { 'Content-Type': contentType });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
  });

  test.each(['text/plain', 'application/json', ''])(
    'content type "%s" is refused with 415',
    async (contentType) => {
      await using server = await startTestServer();
      await using agent = new FakeHttpAgent(server.url('http'));
      const answer = await agent.post(agent.encode(first), { 'Content-Type': contentType });
      expect(answer.status).toBe(415);
      expect(answer.body.toString()).toContain('unsupported_media_type');
    },
  );

  test('gzip bodies are taken, also of several members, and identity by name', async () => {
    await using server = await startTestServer();
    await using agent = new FakeHttpAgent(server.url('http'));
    const body = agent.encode(first);
    const members = Buffer.concat([gzipSync(body.subarray(0, 9)), gzipSync(body.subarray(9))]);
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(body)],
      ['GZIP', members],
      ['identity', body],
    ] as const) {
      const answer = await agent.post(bytes, { 'Content-Encoding': encoding });
      expect(answer.status).toBe(200);
      expect(fromBinary(ServerToAgentSchema, answer.body).errorResponse).toBeUndefined();
    }
    expect(server.opamp.counters.messagesReceived.http).toBe(3);
  });

  test('other encodings are refused with 415, a broken gzip body with 400', async () => {
    await using server = await startTestServer();
    await using agent = new FakeHttpAgent(server.url('http'));
    const body = agent.encode(first);
    const brotli = await agent.post(brotliCompressSync(body), { 'Content-Encoding': 'br' });
    expect(brotli.status).toBe(415);
    for (const broken of [gzipSync(body).subarray(0, 15), body]) {
      expect((await agent.post(broken, { 'Content-Encoding': 'gzip' })).status).toBe(400);
    }
  });

  test.each([
    ['gzip', true],
    ['GZip;q=0.5, br', true],
    ['*', true],
    ['gzip;q=0, *', false],
    ['identity;q=1, *;q=0', false],
    ['br', false],
    [undefined, false],
  ])('Accept-Encoding %s makes a gzip answer: %s', async (acceptEncoding, isGzip) => {
    await using server = await startTestServer();
    server.wanted = () => ({
      remoteConfig: Buffer.concat([Buffer.from('0a8010', 'hex'), Buffer.alloc(2048)]),
    });
    server.wanted = () => ({
      packagesAvailable: Buffer.concat([Buffer.from('128010', 'hex'), Buffer.alloc(2048)]),
    });
    await using agent = new FakeHttpAgent(server.url('http'));
    const headers = acceptEncoding === undefined ? {} : { 'Accept-Encoding': acceptEncoding };
    const answer = await agent.post(agent.encode({ ...first, capabilities: 9n }), headers);
    expect(answer.headers['content-encoding']).toBe(isGzip ? 'gzip' : undefined);
    const message = fromBinary(ServerToAgentSchema, isGzip ? gunzipSync(answer.body) : answer.body);
    expect(message.packagesAvailable?.allPackagesHash).toHaveLength(2048);
  });

  test('an answer too small to gain from compression is plain', async () => {
    await using server = await startTestServer();
    await using agent = new FakeHttpAgent(server.url('http'));
    const answer = await agent.post(agent.encode(first), { 'Accept-Encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  test('bytes that are no message get 400 with an error_response', async () => {
    await using server = await startTestServer();
    await using agent = new FakeHttpAgent(server.url('http'));
    const answer = await agent.post(Buffer.from('ffff', 'hex'));
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(fromBinary(ServerToAgentSchema, answer.body).errorResponse?.errorMessage).toContain('bad_message');
  });

  test('HEAD is answered, GET asks for an upgrade, other methods are refused', async () => {
    await using server = await startTestServer();
    await using agent = new FakeHttpAgent(server.url('http'));
    const statuses = [];
    for (const method of ['HEAD', 'GET', 'PUT'])
      statuses.push((await agent.post(Buffer.alloc(0), {}, method)).status);
    expect(statuses).toEqual([200, 426, 405]);
  });

  test('many agents share a connection, and one agent uses many', async () => {
    await using server = await startTestServer();
    await using shared = new FakeHttpAgent(server.url('http'));
    for (let count = 0; count < 3; count++) {
      const other = new FakeHttpAgent(server.url('http'));
      await shared.post(other.encode(first));
      await other.exchange({ sequenceNum: 2n, capabilities: 3n });
      await other[Symbol.asyncDispose]();
    }
    const sessions = [...server.opamp.sessions()];
    expect(sessions.map(({ sequenceNum }) => sequenceNum)).toEqual([2n, 2n, 2n]);
  });

  test('an agent that stops polling is gone after its silence, and comes back', async () => {
    await using server = await startTestServer({ httpSilenceMs: 50 });
    await using agent = new FakeHttpAgent(server.url('http'));
    await agent.exchange(first);
    const gone = await server.events.takeWhere(({ kind }) => kind === 'disconnected');
    expect(gone.reason).toBe('silent');
    const back = await agent.exchange({ sequenceNum: 2n, capabilities: 3n });
    expect(back.flags).toBe(0n);
    expect((await server.events.take()).kind).toBe('connected');
  });

  test('what an answer held is due again when the answer was lost', async () => {
    await using server = await startTestServer({ maxMessageBytes: 64 * 1024 * 1024 });
    server.wanted = () => ({
      remoteConfig: Buffer.concat([Buffer.from('128080800c', 'hex'), Buffer.alloc(24 * 1024 * 1024)]),
    });
    await using agent = new FakeHttpAgent(server.url('http'));
    const body = agent.encode(first);
    const lost = plainRequest(server.url('http'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-protobuf' },
    });
    lost.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => {
      server.http.once('connection', (socket) => socket.on('close', () => resolve()));
    });
    lost.on('response', (response) => response.on('error', () => undefined).destroy());
    lost.end(body);
    await closed;
    expect((await agent.exchange({ sequenceNum: 2n, capabilities: 3n })).remoteConfig).toBeDefined();
  });
});

describe('the endpoint', () => {
  test('WebSocket and HTTP share one path; other paths are not found', async () => {
    await using server = await startTestServer({ path: '/elsewhere' });
    await using agent = await FakeWebSocketAgent.connect(`${server.url('websocket')}?a=b`);
    expect((await agent.exchange(first)).capabilities).toBe(0x7fn);
    const wrong = `127.0.0.1:${server.port}/v1/opamp`;
    await using lost = new FakeHttpAgent(`http://${wrong}`);
    expect((await lost.post(lost.encode(first))).status).toBe(404);
    await expect(FakeWebSocketAgent.connect(`ws://${wrong}`)).rejects.toThrow('404');
  });

  test.each(['before', 'after'])(
    'an application and a WebSocket server that are added %s it keep their paths and do not see its own',
    async (order) => {
      const http = createServer();
      const opamp = createOpampServer({ capabilities: 0x7fn, host: {} });
      if (order === 'after') opamp.attach(http);
      const seen: string[] = [];
      http.on('request', (incoming, response) => {
        seen.push(incoming.url ?? '');
        response.writeHead(incoming.url === '/mine' ? 200 : 404).end('mine');
      });
      // Answers 400 to every handshake that is not for its path.
      const others = new WebSocketServer({ server: http, path: '/socket' });
      others.on('connection', (socket) => socket.send('mine'));
      if (order === 'before') opamp.attach(http);
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const { port } = http.address() as AddressInfo;

      await using poller = new FakeHttpAgent(`http://127.0.0.1:${port}/v1/opamp`);
      expect((await poller.exchange(first)).capabilities).toBe(0x7fn);
      await using agent = await FakeWebSocketAgent.connect(`ws://127.0.0.1:${port}/v1/opamp`);
      expect((await agent.exchange({ ...first, sequenceNum: 2n })).capabilities).toBe(0x7fn);
      await using other = new FakeHttpAgent(`http://127.0.0.1:${port}/mine`);
      expect((await other.post(Buffer.alloc(0))).body.toString()).toBe('mine');
      const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
      const [message] = await once(socket, 'message');
      expect(String(message)).toBe('mine');
      expect(seen).toEqual(['/mine']);

      socket.terminate();
      others.close();
      const closed = new Promise((resolve) => http.close(resolve));
      await opamp.drain(0);
      http.closeAllConnections();
      await closed;
    },
  );

  test('two of them share a server by their paths, and what is for neither is answered once', async () => {
    await using server = await startTestServer();
    const second = createOpampServer({ capabilities: 1n, host: {}, path: '/second' });
    second.attach(server.http);
    const at = (path: string): string => `127.0.0.1:${server.port}${path}`;
    for (const [path, capabilities] of [
      ['/v1/opamp', 0x7fn],
      ['/second', 1n],
    ] as const) {
      await using poller = new FakeHttpAgent(`http://${at(path)}`);
      expect((await poller.exchange(first)).capabilities).toBe(capabilities);
    }
    await using lost = new FakeHttpAgent(`http://${at('/third')}`);
    expect((await lost.post(lost.encode(first))).status).toBe(404);
    await expect(FakeWebSocketAgent.connect(`ws://${at('/third')}`)).rejects.toThrow('404');
    await second.drain(0);
  });

  test.each(['websocket', 'http'] as const)(
    'a refusal over %s has the host’s status and a challenge',
    async (transport) => {
      let decision: AcceptDecision = { kind: 'refuse', status: 401, message: 'no token' };
      await using server = await startTestServer({ host: { accept: () => Promise.resolve(decision) } });
      if (transport === 'http') {
        await using agent = new FakeHttpAgent(server.url('http'));
        const answer = await agent.post(agent.encode(first));
        expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      } else await expect(FakeWebSocketAgent.connect(server.url('websocket'))).rejects.toThrow('401');
      decision = { kind: 'accept' };
      await using agent = await connectFakeAgent(transport, server.url(transport));
      expect((await agent.exchange(first)).capabilities).toBe(0x7fn);
      expect(server.opamp.counters.errors.unauthorized).toBe(1);
    },
  );

  test('the host sees headers, address and the TLS socket before anything is read', async () => {
    const seen: [string, string | undefined, boolean][] = [];
    const server = createOpampServer({
      capabilities: 1n,
      host: {
        accept: ({ transport, headers, tlsSocket }) => {
          seen.push([
            transport,
            headers.authorization,
            (tlsSocket as TLSSocket | undefined)?.encrypted === true,
          ]);
          return { kind: 'accept' };
        },
      },
    });
    const [cert, key] = ['cert', 'key'].map((name) =>
      readFileSync(new URL(`../testing/localhost-${name}.pem`, import.meta.url)),
    );
    const https = createTlsServer({ cert, key });
    server.attach(https);
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    const { port } = https.address() as AddressInfo;
    const headers = { 'Content-Type': 'application/x-protobuf', Authorization: 'Bearer t' };
    const sent = request({
      port,
      path: '/v1/opamp',
      method: 'POST',
      headers,
      rejectUnauthorized: false,
      agent: false,
    });
    const answered = once(sent, 'response');
    sent.end(new FakeHttpAgent('').encode(first));
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    response.resume();
    expect(seen).toEqual([['http', 'Bearer t', true]]);
    await server.drain(0);
    await new Promise((resolve) => https.close(resolve));
  });

  test('drain closes WebSockets with 1001, answers HTTP with 503 and Retry-After, and refuses upgrades', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    await agent.exchange(first);
    const drained = server.opamp.drain(20);
    expect(await agent.closed).toBe(1001);
    await drained;
    await using poller = new FakeHttpAgent(server.url('http'));
    const answer = await poller.post(poller.encode(first));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
    await expect(FakeWebSocketAgent.connect(server.url('websocket'))).rejects.toThrow('503');
    const events = server.events.drain();
    expect(events.find(({ kind }) => kind === 'disconnected')?.reason).toBe('drained');
  });

  test('drain takes its time: agents do not all leave at once', async () => {
    await using server = await startTestServer();
    await using agents = new AsyncDisposableStack();
    const left: number[] = [];
    const all = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const agent = agents.use(await FakeWebSocketAgent.connect(server.url('websocket')));
        await agent.exchange(first);
        return agent;
      }),
    );
    for (const { closed } of all)
      void closed.then(() => left.push(server.opamp.counters.connections.websocket));
    await server.opamp.drain(400);
    expect(await Promise.all(all.map(({ closed }) => closed))).toEqual(Array(8).fill(1001));
    expect(left[0]).toBeGreaterThanOrEqual(6);
    expect(left.at(-1)).toBeLessThanOrEqual(1);
  });

  test('a handshake that the host accepts while the server drains is refused', async () => {
    const asked = Promise.withResolvers<void>();
    const decision = Promise.withResolvers<AcceptDecision>();
    await using server = await startTestServer({
      host: {
        accept: () => {
          asked.resolve();
          return decision.promise;
        },
      },
    });
    const connecting = FakeWebSocketAgent.connect(server.url('websocket'));
    const refused = expect(connecting).rejects.toThrow('503');
    await asked.promise;
    await server.opamp.drain(0);
    decision.resolve({ kind: 'accept' });
    await refused;
    expect(server.opamp.counters.connections.websocket).toBe(0);
    expect(server.opamp.counters.errors.draining).toBe(1);
  });

  test('a closed server keeps no timer and no handle', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const server = createOpampServer({ capabilities: 1n, host: {} });
    const http = createServer();
    server.attach(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    await new Promise((resolve) => http.close(resolve));
    expect(timers()).toBe(before);
  });

  test('an option that makes no sense is named', () => {
    expect(() => createOpampServer({ capabilities: 1n, host: {}, maxMessageBytes: 0 })).toThrow(
      'maxMessageBytes',
    );
  });
});
