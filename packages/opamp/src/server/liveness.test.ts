import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { describedAs, FakeHttpAgent, FakeWebSocketAgent } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';

const first = { sequenceNum: 1n, capabilities: 3n, agentDescription: describedAs('a') };

describe('liveness of WebSockets', () => {
  test('a ping comes back with its payload', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    const pong = once(agent.webSocket, 'pong');
    agent.webSocket.ping('hello');
    expect(String((await pong)[0])).toBe('hello');
  });

  test('a peer that answers pings stays, one that does not is cut', async () => {
    await using server = await startTestServer({ pingIntervalMs: 40 });
    await using alive = await FakeWebSocketAgent.connect(server.url('websocket'));
    await alive.exchange(first);
    await using dead = new FakeWebSocketAgent(server.url('websocket'), {});
    await once(dead.webSocket, 'open');
    await dead.exchange(first);
    dead.webSocket.pause();
    const gone = await server.events.takeWhere(({ kind }) => kind === 'disconnected');
    expect(gone.session?.instanceUid).toBe(dead.uid);
    expect(gone.reason).toBe('cut');
    expect(server.opamp.counters.errors).toEqual({ ping_timeout: 1 });
    expect((await alive.exchange({ sequenceNum: 2n, capabilities: 3n })).flags).toBe(0n);
  });

  test('a link that says nothing is listed, limited in number, and closed after its time', async () => {
    await using server = await startTestServer({ maxSilentConnections: 2, firstMessageTimeoutMs: 200 });
    await using first = await FakeWebSocketAgent.connect(server.url('websocket'));
    await using second = await FakeWebSocketAgent.connect(server.url('websocket'));
    expect(server.opamp.silentConnections().map(({ remoteAddress }) => remoteAddress)).toEqual([
      '127.0.0.1',
      '127.0.0.1',
    ]);
    await expect(FakeWebSocketAgent.connect(server.url('websocket'))).rejects.toThrow('503');
    await second.exchange({ sequenceNum: 1n, capabilities: 1n });
    expect(server.opamp.counters.silentConnections).toBe(1);
    expect(await first.closed).toBe(1008);
    expect(server.opamp.counters.errors).toEqual({
      too_many_silent_connections: 1,
      first_message_timeout: 1,
    });
  });

  test('connections over the limit are refused politely, on both transports', async () => {
    await using server = await startTestServer({ maxConnections: 1 });
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    await agent.exchange(first);
    await expect(FakeWebSocketAgent.connect(server.url('websocket'))).rejects.toThrow('503');
    await using poller = new FakeHttpAgent(server.url('http'));
    expect((await poller.post(poller.encode(first))).status).toBe(503);
    expect(server.opamp.counters.errors.too_many_connections).toBe(2);
    expect(server.opamp.counters.connections.websocket).toBe(1);
  });
});
