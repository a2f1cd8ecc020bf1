import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  AvailableComponentsSchema,
  ComponentHealthSchema,
  ServerErrorResponseType,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { instanceUidToBytes } from '../wire/instance-uid.ts';

const health = (status: string) => create(ComponentHealthSchema, { healthy: true, status });
const REPORT_FULL_STATE = 1n;

describe.each<Transport>(['websocket', 'http'])('what the client reports over %s', (transport) => {
  test('everything at once, before the server says anything', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, {
      remoteConfigStatus: { hash: Uint8Array.of(1), status: 'applied' },
    });
    const { message, headers, answer } = await server.received.take();
    expect(message.instanceUid).toEqual(instanceUidToBytes(tested.client.instanceUid));
    expect(message).toMatchObject({ sequenceNum: 1n, capabilities: 0x1c03n, flags: 0n });
    expect(message.agentDescription?.identifyingAttributes[0]?.key).toBe('service.name');
    expect(message.health?.healthy).toBe(true);
    expect(message.remoteConfigStatus?.lastRemoteConfigHash).toEqual(Uint8Array.of(1));
    if (transport === 'http') {
      expect(headers['content-type']).toBe('application/x-protobuf');
      expect(headers['opamp-instance-uid']).toBe(tested.client.instanceUid);
      expect(headers['accept-encoding']).toContain('gzip');
    }
    expect(tested.client.isConnected).toBe(false);
    answer({ capabilities: 3n });
    expect((await tested.events.take()).kind).toBe('onConnect');
    expect(tested.client).toMatchObject({ isConnected: true, serverCapabilities: 3n });
  });

  test('then only what changed, whole, in one message for one turn', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(health('one'));
    tested.client.setDescription({ identifying: { 'service.name': 'renamed' } });
    tested.client.setHealth(health('two'));
    const { message, answer } = await server.received.take();
    answer();
    expect(message).toMatchObject({ sequenceNum: 2n, capabilities: 0x1c03n, health: { status: 'two' } });
    expect(message.agentDescription).toBeDefined();
    expect(message.remoteConfigStatus).toBeUndefined();
    tested.client.setHealth(health('three'));
    const next = await server.received.take();
    expect(next.message).toMatchObject({ sequenceNum: 3n, health: { status: 'three' } });
    expect(next.message.agentDescription).toBeUndefined();
  });

  test('the same state again is no report', async () => {
    await using server = await startFakeServer(transport);
    const files = new Map([['', { body: Uint8Array.of(1), contentType: '' }]]);
    const capabilities = ['ReportsHealth', 'ReportsEffectiveConfig'] as const;
    await using tested = startTestClient(server, { capabilities, effectiveConfig: () => files });
    const first = await server.received.take();
    expect(first.message.effectiveConfig?.configMap?.configMap['']?.body).toEqual(Uint8Array.of(1));
    first.answer({ capabilities: 7n });
    await tested.events.take();
    tested.client.setHealth(create(ComponentHealthSchema, { healthy: true }));
    tested.client.effectiveConfigChanged();
    tested.client.setDescription({ identifying: { 'service.name': 'agent' } });
    await new Promise((resolve) => setImmediate(resolve));
    files.set('b', { body: Uint8Array.of(2), contentType: '' });
    tested.client.effectiveConfigChanged();
    const { message } = await server.received.take();
    expect(message.sequenceNum).toBe(2n);
    expect(Object.keys(message.effectiveConfig?.configMap?.configMap ?? {})).toEqual(['', 'b']);
  });

  test('everything again when the server asks', async () => {
    await using server = await startFakeServer(transport);
    await using _tested = startTestClient(server);
    (await server.received.take()).answer({ flags: REPORT_FULL_STATE, capabilities: 3n });
    const { message } = await server.received.take();
    expect(message.sequenceNum).toBe(2n);
    expect(message.agentDescription).toBeDefined();
    expect(message.health).toBeDefined();
  });

  test('components by their hash, and whole when the server asks for them', async () => {
    await using server = await startFakeServer(transport);
    const availableComponents = create(AvailableComponentsSchema, {
      hash: Uint8Array.of(9),
      components: { receivers: { subComponentMap: { otlp: {} } } },
    });
    const capabilities = ['ReportsAvailableComponents'] as const;
    await using _tested = startTestClient(server, { availableComponents, capabilities });
    const first = await server.received.take();
    expect(first.message.availableComponents).toMatchObject({ hash: Uint8Array.of(9), components: {} });
    first.answer({ flags: 2n, capabilities: 1n });
    const { message } = await server.received.take();
    expect(Object.keys(message.availableComponents?.components ?? {})).toEqual(['receivers']);
    expect(message.agentDescription).toBeUndefined();
  });

  test('no effective configuration to a server that does not accept it', async () => {
    await using server = await startFakeServer(transport);
    let version = 1;
    const effectiveConfig = () => new Map([['', { body: Uint8Array.of(version), contentType: '' }]]);
    const capabilities = ['ReportsHealth', 'ReportsEffectiveConfig'] as const;
    await using tested = startTestClient(server, { capabilities, effectiveConfig });
    (await server.received.take()).answer({ capabilities: 1n });
    await tested.events.take();
    version = 2;
    tested.client.effectiveConfigChanged();
    tested.client.setHealth(health('x'));
    const { message } = await server.received.take();
    expect(message.health?.status).toBe('x');
    expect(message.effectiveConfig).toBeUndefined();
  });

  test('nothing is lost with a message that did not arrive', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(health('precious'));
    const lost = await server.received.take();
    expect(lost.message.health?.status).toBe('precious');
    lost.fail(500);
    const again = await server.received.take();
    expect(again.message).toMatchObject({ sequenceNum: 3n, health: { status: 'precious' } });
    expect(again.message.agentDescription).toBeUndefined();
  });

  test('what the server refuses is not sent again', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(health('bad'));
    const type = ServerErrorResponseType.ServerErrorResponseType_BadRequest;
    (await server.received.take()).answer({ errorResponse: { type, errorMessage: 'no' } });
    const { kind, args } = await tested.events.take();
    expect([kind, (args[0] as { code?: string }).code]).toEqual(['onError', 'server_error']);
    tested.client.setDescription({ identifying: {} });
    const { message } = await server.received.take();
    expect(message.agentDescription).toBeDefined();
    expect(message.health).toBeUndefined();
  });

  test('a part over the size limit is left out and told of; the rest goes', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { maxMessageBytes: 300 });
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(health('x'.repeat(400)));
    tested.client.setDescription({ identifying: { a: 'b' } });
    const { message } = await server.received.take();
    expect(message.health).toBeUndefined();
    expect(message.agentDescription).toBeDefined();
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'outgoing_too_large' });
  });

  test('two parts that are over the size limit together go one after the other', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { maxMessageBytes: 600 });
    (await server.received.take()).answer({ capabilities: 3n });
    await tested.events.take();
    tested.client.setHealth(health('x'.repeat(400)));
    tested.client.setDescription({ identifying: { a: 'y'.repeat(300) } });
    const smaller = await server.received.take();
    expect([smaller.message.agentDescription, smaller.message.health].map(Boolean)).toEqual([true, false]);
    smaller.answer();
    const larger = await server.received.take();
    expect(larger.message.health?.status).toHaveLength(400);
    expect(tested.events.drain()).toEqual([]);
  });

  test('goodbye in the last message, then the close', async () => {
    await using server = await startFakeServer(transport);
    const { client, events } = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n });
    await events.take();
    const stopped = client.stop();
    const last = await server.received.take();
    expect(last.message).toMatchObject({ sequenceNum: 2n, agentDisconnect: {} });
    last.answer();
    await stopped;
    await client.stop();
    if (transport === 'websocket') expect(await server.closed.take()).toBe(1000);
    expect(events.drain()).toEqual([]);
    expect(client.isConnected).toBe(false);
  });

  test('heartbeats with nothing but uid, number and capabilities, after the interval', async () => {
    await using server = await startFakeServer(transport);
    const capabilities = ['ReportsHeartbeat'] as const;
    await using _tested = startTestClient(server, { heartbeatIntervalMs: 5, capabilities });
    (await server.received.take()).answer({ capabilities: 3n });
    for (let sequenceNum = 2n; sequenceNum < 5n; sequenceNum++) {
      const { message, answer } = await server.received.take();
      answer();
      expect(message).toMatchObject({ sequenceNum, capabilities: 0x2001n });
      expect(message.agentDescription).toBeUndefined();
    }
  });

  test('the interval that the server offers holds from then on', async () => {
    await using server = await startFakeServer(transport);
    const capabilities = ['ReportsHeartbeat'] as const;
    await using _tested = startTestClient(server, { capabilities });
    const opamp = { heartbeatIntervalSeconds: 1n };
    (await server.received.take()).answer({ capabilities: 3n, connectionSettings: { opamp } });
    expect((await server.received.take()).message.sequenceNum).toBe(2n);
  });
});

test('over HTTP never two requests are open, and the next follows at once', async () => {
  await using server = await startFakeServer('http');
  await using tested = startTestClient(server);
  const first = await server.received.take();
  for (let change = 0; change < 10; change++) {
    tested.client.setHealth(health(`${change}`));
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.openExchanges()).toBe(1);
  }
  first.answer({ capabilities: 3n });
  const { message } = await server.received.take();
  expect(message).toMatchObject({ sequenceNum: 2n, health: { status: '9' } });
});

test('a hundred changes while the server is away are one report', async () => {
  await using server = await startFakeServer('websocket');
  server.refusal = { status: 500 };
  await using tested = startTestClient(server);
  await tested.events.take();
  for (let change = 0; change < 100; change++) tested.client.setHealth(health(`${change}`));
  server.refusal = undefined;
  const { message } = await server.received.take();
  expect(message).toMatchObject({ sequenceNum: 1n, health: { status: '99' } });
  expect(server.received.drain()).toEqual([]);
});
