import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import type { OpampClientOptions } from '../client/client-options.ts';
import {
  type AgentToServer,
  AvailableComponentsSchema,
  ComponentHealthSchema,
  ServerErrorResponseType,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { AGENT_CAPABILITIES, type AgentCapabilityName } from '../wire/capabilities.ts';
import { instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';

/** Every part that an agent reports by itself. */
const PARTS = [
  'agentDescription',
  'health',
  'effectiveConfig',
  'remoteConfigStatus',
  'customCapabilities',
  'availableComponents',
] as const satisfies readonly (keyof AgentToServer)[];
const everyCapability = Object.keys(AGENT_CAPABILITIES) as AgentCapabilityName[];
const ALL = 0xffffn;

/** An agent with something to say in each part. */
function everything(): Partial<OpampClientOptions> {
  return {
    capabilities: everyCapability,
    health: create(ComponentHealthSchema, { healthy: true, componentHealthMap: { p: { healthy: true } } }),
    effectiveConfig: () => new Map([['', { body: Uint8Array.of(1), contentType: '' }]]),
    remoteConfigStatus: { hash: Uint8Array.of(1), status: 'applied' },
    customCapabilities: ['org.example.echo'],
    availableComponents: create(AvailableComponentsSchema, {
      hash: Uint8Array.of(9),
      components: { receivers: { subComponentMap: { otlp: {} } } },
    }),
  };
}

const partsOf = (message: AgentToServer) => PARTS.filter((part) => message[part] !== undefined);

describe.each<Transport>(['websocket', 'http'])('what every message has, over %s', (transport) => {
  test('uid, capabilities and the next number: in reports, heartbeats, after a reconnect, and in the goodbye', async () => {
    await using server = await startFakeServer(transport);
    const { client, events } = startTestClient(server, {
      capabilities: ['ReportsHealth', 'ReportsHeartbeat'],
      heartbeatIntervalMs: 5,
    });
    const messages: AgentToServer[] = [];
    const take = async () => {
      const exchange = await server.received.take();
      messages.push(exchange.message);
      return exchange;
    };
    (await take()).answer({ capabilities: 3n });
    client.setHealth(create(ComponentHealthSchema, { status: 'changed' }));
    for (let count = 0; count < 3; count++) (await take()).answer();
    (await take()).fail(500);
    (await take()).answer({ capabilities: 3n, flags: 1n });
    (await take()).answer();
    await events.takeWhere(({ kind }) => kind === 'onConnect');
    const stopped = client.stop();
    for (;;) {
      const exchange = await take();
      exchange.answer();
      if (exchange.message.agentDisconnect !== undefined) break;
    }
    await stopped;
    const uid = instanceUidToBytes(client.instanceUid);
    for (const message of messages)
      expect(message).toMatchObject({ instanceUid: uid, capabilities: 0x2801n });
    const numbers = messages.map(({ sequenceNum }) => sequenceNum);
    const goodbye = numbers.pop();
    expect(numbers).toEqual(numbers.map((_, index) => BigInt(index + 1)));
    // A heartbeat that `stop` cut short on its way has a number too.
    expect([1n, 2n]).toContain((goodbye ?? 0n) - BigInt(numbers.length));
    expect(numbers.length).toBeGreaterThan(5);
  });

  test('the first report has every part that is announced, the next only what changed', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, everything());
    const first = await server.received.take();
    expect(partsOf(first.message)).toEqual([...PARTS]);
    expect(first.message.capabilities).toBe(ALL);
    first.answer({ capabilities: 0x7fn });
    await tested.events.take();
    const changed = { healthy: true, componentHealthMap: { p: { healthy: false, lastError: 'away' } } };
    tested.client.setHealth(create(ComponentHealthSchema, changed));
    const second = await server.received.take();
    expect(partsOf(second.message)).toEqual(['health']);
    expect(second.message.health?.componentHealthMap.p?.lastError).toBe('away');
    second.answer();
    tested.client.setRemoteConfigStatus({ hash: Uint8Array.of(1), status: 'failed', errorMessage: 'no' });
    expect(partsOf((await server.received.take()).message)).toEqual(['remoteConfigStatus']);
  });

  test('every part again when the server asks, and the whole component map with it when it asks for that', async () => {
    await using server = await startFakeServer(transport);
    await using _tested = startTestClient(server, everything());
    (await server.received.take()).answer({ capabilities: 0x7fn, flags: 3n });
    const { message } = await server.received.take();
    expect(partsOf(message)).toEqual([...PARTS]);
    expect(message.availableComponents?.hash).toEqual(Uint8Array.of(9));
    expect(Object.keys(message.availableComponents?.components ?? {})).toEqual(['receivers']);
  });

  test('what is not announced is in no message, whatever there is to say', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, {
      ...everything(),
      customCapabilities: [],
      capabilities: ['ReportsStatus'],
    });
    const first = await server.received.take();
    expect(first.message.capabilities).toBe(1n);
    expect(partsOf(first.message).filter((part) => part !== 'customCapabilities')).toEqual([
      'agentDescription',
    ]);
    first.answer({ capabilities: 0x7fn, flags: 3n });
    const second = await server.received.take();
    expect(partsOf(second.message).filter((part) => part !== 'customCapabilities')).toEqual([
      'agentDescription',
    ]);
    expect(tested.client.messagesSent).toBe(2);
  });

  test('a server that accepts status alone gets no effective configuration and no package statuses', async () => {
    await using server = await startFakeServer(transport);
    await using _tested = startTestClient(server, everything());
    (await server.received.take()).answer({ capabilities: 1n, flags: 1n });
    const { message } = await server.received.take();
    expect(message.effectiveConfig).toBeUndefined();
    expect(message.packageStatuses).toBeUndefined();
    expect(message.health).toBeDefined();
  });

  test('the same offer again and again provokes nothing', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, {
      capabilities: ['AcceptsRemoteConfig', 'ReportsRemoteConfig', 'ReportsHeartbeat'],
      heartbeatIntervalMs: 2,
    });
    const remoteConfig = { configHash: Uint8Array.of(5), config: {} };
    (await server.received.take()).answer({ capabilities: 3n, remoteConfig });
    for (let count = 0; count < 10; count++) {
      const { message, answer } = await server.received.take();
      expect(partsOf(message)).toEqual([]);
      answer({ remoteConfig });
    }
    expect(tested.events.drain().map(({ kind }) => kind)).toEqual(['onConnect', 'onRemoteConfig']);
  });

  test.each(['BadRequest', 'Unknown'] as const)(
    'a message that got the error %s is not repeated',
    async (name) => {
      await using server = await startFakeServer(transport);
      await using tested = startTestClient(server, {
        capabilities: ['ReportsHealth', 'ReportsHeartbeat'],
        heartbeatIntervalMs: 2,
      });
      (await server.received.take()).answer({ capabilities: 3n });
      tested.client.setHealth(create(ComponentHealthSchema, { status: 'refused' }));
      const refused = await server.received.takeWhere(({ message }) => message.health !== undefined);
      refused.answer({ errorResponse: { type: ServerErrorResponseType[`ServerErrorResponseType_${name}`] } });
      for (let count = 0; count < 5; count++) {
        const { message, answer } = await server.received.take();
        expect(partsOf(message)).toEqual([]);
        answer();
      }
    },
  );

  test('an error of the server has no effect but its own, whatever else is in the message', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(create(ComponentHealthSchema, { status: 'x' }));
    (await server.received.take()).answer({
      errorResponse: {},
      remoteConfig: { configHash: Uint8Array.of(1) },
      command: {},
      agentIdentification: { newInstanceUid: instanceUidToBytes(newInstanceUid()) },
    });
    expect((await tested.events.take()).kind).toBe('onError');
    expect(tested.events.drain()).toEqual([]);
  });
});

describe('a WebSocket that the server speaks on', () => {
  test('two messages without one of the agent between them are both taken', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    const { answer } = await server.received.take();
    answer({ capabilities: 3n });
    answer({ remoteConfig: { configHash: Uint8Array.of(1), config: {} } });
    answer({ command: {} });
    const kinds = [];
    for (let count = 0; count < 3; count++) kinds.push((await tested.events.take()).kind);
    expect(kinds).toEqual(['onConnect', 'onRemoteConfig', 'onRestartCommand']);
  });

  test('is the only one: a client has one connection, also while it comes back', async () => {
    await using server = await startFakeServer('websocket');
    await using tested = startTestClient(server);
    for (let round = 0; round < 3; round++) {
      (await server.received.take()).answer({ capabilities: 3n });
      await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
      expect(server.links.size).toBe(1);
      for (const link of server.links) link.close(1012);
    }
  });

  test('two clients come up with uids of their own', async () => {
    await using server = await startFakeServer('websocket');
    await using one = startTestClient(server);
    await using two = startTestClient(server);
    expect(one.client.instanceUid).not.toBe(two.client.instanceUid);
  });
});
