import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OpampClientOptions } from '../client/client-options.ts';
import { ComponentHealthSchema, type ServerToAgent } from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { type FakeServerExchange, type ServerMessageInit, startFakeServer } from '../testing/fake-server.ts';
import { Mailbox } from '../testing/mailbox.ts';
import { startTestClient } from '../testing/test-client.ts';

const SECOND = 1_000;
const capabilities = [
  'ReportsHeartbeat',
  'ReportsHealth',
  'AcceptsOpAMPConnectionSettings',
] as const satisfies OpampClientOptions['capabilities'];
const health = (status: string) => create(ComponentHealthSchema, { status });
const turn = () => new Promise((resolve) => setImmediate(resolve));

// Only timers: sockets are real.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client that has had its first answer, with a clock of its own. Counting what it sent needs no waiting: it counts as it sends. */
async function connected(
  transport: Transport,
  options: Partial<OpampClientOptions>,
  first: ServerMessageInit = {},
) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startFakeServer(transport));
  const processed = new Mailbox<ServerToAgent>();
  const onMessage = (message: ServerToAgent) => processed.put(message);
  const { client, events } = stack.use(startTestClient(server, { capabilities, onMessage, ...options }));
  const it = {
    server,
    client,
    events,
    /** Answers, and waits until the client has taken it in. */
    async answer(exchange: FakeServerExchange, message?: ServerMessageInit) {
      exchange.answer(message);
      await processed.take();
      await turn();
    },
    /** Nothing is sent for so long. */
    silentFor(ms: number) {
      const before = client.messagesSent;
      vi.advanceTimersByTime(ms);
      expect(client.messagesSent).toBe(before);
    },
    async heartbeatAfter(ms: number) {
      it.silentFor(ms - 1);
      vi.advanceTimersByTime(1);
      return await server.received.take();
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
  await it.answer(await server.received.take(), { capabilities: 0x3fn, ...first });
  return it;
}

const offering = (heartbeatIntervalSeconds: bigint, destinationEndpoint = ''): ServerMessageInit => ({
  connectionSettings: {
    hash: Uint8Array.of(1, Number(heartbeatIntervalSeconds)),
    opamp: { heartbeatIntervalSeconds, destinationEndpoint },
  },
});

describe.each<Transport>(['websocket', 'http'])('heartbeats over %s', (transport) => {
  test('come every 30 s where nobody says otherwise, with uid, number and capabilities alone', async () => {
    await using it = await connected(transport, { heartbeatIntervalMs: 30 * SECOND });
    for (let sequenceNum = 2n; sequenceNum < 5n; sequenceNum++) {
      const heartbeat = await it.heartbeatAfter(30 * SECOND);
      const { $typeName, $unknown, instanceUid, ...said } = heartbeat.message;
      expect(instanceUid).toHaveLength(16);
      expect(said).toEqual({ sequenceNum, capabilities: 0x2901n, flags: 0n });
      await it.answer(heartbeat);
    }
  });

  test('are 30 s apart by default', async () => {
    await using it = await connected(transport, { heartbeatIntervalMs: undefined } as object);
    await it.answer(await it.heartbeatAfter(30 * SECOND));
  });

  test('start their interval anew with each message, so that a busy agent sends none', async () => {
    await using it = await connected(transport, { heartbeatIntervalMs: 10 * SECOND });
    for (let change = 0; change < 5; change++) {
      it.silentFor(9 * SECOND);
      it.client.setHealth(health(`${change}`));
      const { message, ...exchange } = await it.server.received.take();
      expect(message.health?.status).toBe(`${change}`);
      await it.answer({ message, ...exchange });
    }
    const heartbeat = await it.heartbeatAfter(10 * SECOND);
    expect(heartbeat.message.health).toBeUndefined();
    await it.answer(heartbeat);
  });

  test('do not come while the link is being restored, nor sooner than the server asked', async () => {
    await using it = await connected(transport, { heartbeatIntervalMs: SECOND });
    it.server.refusal = { status: 503, headers: { 'Retry-After': '60' } };
    if (transport === 'http') vi.advanceTimersByTime(SECOND);
    else for (const link of it.server.links) link.terminate();
    if (transport === 'websocket') {
      await it.events.takeWhere(({ kind }) => kind === 'onDisconnect');
      vi.advanceTimersByTime(1);
    }
    const { args } = await it.events.takeWhere(({ kind }) => kind === 'onConnectFailed');
    await turn();
    expect(args[1]).toBe(60 * SECOND);
    it.client.setHealth(health('meanwhile'));
    await turn();
    it.server.refusal = undefined;
    it.silentFor(60 * SECOND - 1);
    vi.advanceTimersByTime(1);
    const back = await it.server.received.take();
    expect(back.message.health?.status).toBe('meanwhile');
    await it.answer(back);
  });
});

describe('the interval that a server offers', () => {
  test.each<Transport>(['websocket', 'http'])('holds from then on, live, over %s', async (transport) => {
    await using it = await connected(transport, { heartbeatIntervalMs: 100 * SECOND }, offering(7n));
    for (const [current, next] of [
      [7, 20n],
      [20, 3n],
      [3, 3n],
    ] as const) {
      const heartbeat = await it.heartbeatAfter(current * SECOND);
      await it.answer(heartbeat, offering(next));
      // The word on the offer, where one is due.
      for (const exchange of it.server.received.drain()) await it.answer(exchange);
    }
  });

  test.each<Transport>(['websocket', 'http'])(
    'is taken back with settings that fail, over %s',
    async (transport) => {
      await using refusing = await startFakeServer(transport);
      refusing.refusal = { status: 401 };
      await using it = await connected(
        transport,
        {
          capabilities: [...capabilities, 'ReportsConnectionSettingsStatus'],
          heartbeatIntervalMs: 20 * SECOND,
        },
        offering(3n, refusing.url),
      );
      const FAILED = 3;
      for (;;) {
        const exchange = await it.server.received.take();
        const isLast = exchange.message.connectionSettingsStatus?.status === FAILED;
        // The answer to a goodbye is not taken in any more.
        if (exchange.message.agentDisconnect !== undefined) exchange.answer();
        else await it.answer(exchange, { capabilities: 0x3fn });
        if (isLast) break;
      }
      await it.answer(await it.heartbeatAfter(20 * SECOND));
    },
  );

  test('0 ends heartbeats over WebSocket', async () => {
    await using it = await connected('websocket', { heartbeatIntervalMs: SECOND }, offering(0n));
    for (const exchange of it.server.received.drain()) await it.answer(exchange);
    it.silentFor(3_600 * SECOND);
  });

  test('0 keeps a poller polling as it did', async () => {
    await using it = await connected('http', { heartbeatIntervalMs: 5 * SECOND }, offering(0n));
    for (const exchange of it.server.received.drain()) await it.answer(exchange);
    await it.answer(await it.heartbeatAfter(5 * SECOND));
  });

  test('is ignored by an agent without the capability', async () => {
    await using it = await connected('websocket', { capabilities: ['ReportsHealth'] }, offering(1n));
    it.silentFor(60 * SECOND);
  });
});

describe('an agent that does not announce ReportsHeartbeat', () => {
  test('is silent over WebSocket', async () => {
    const options = { capabilities: ['ReportsHealth'], heartbeatIntervalMs: SECOND } as const;
    await using it = await connected('websocket', options);
    it.silentFor(3_600 * SECOND);
  });

  test('polls over HTTP, as it must', async () => {
    const options = { capabilities: ['ReportsHealth'], heartbeatIntervalMs: SECOND } as const;
    await using it = await connected('http', options);
    await it.answer(await it.heartbeatAfter(SECOND));
  });
});
