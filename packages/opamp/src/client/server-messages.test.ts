import { describe, expect, test } from 'vitest';
import type { CommandType } from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { instanceUidFromBytes, instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import type { OfferedRemoteConfig } from './client-options.ts';

const remoteConfig = {
  configHash: Uint8Array.of(1, 2),
  config: { configMap: { '': { body: Uint8Array.of(0xff, 0), contentType: 'text/json' } } },
};

describe.each<Transport>(['websocket', 'http'])('what the server says over %s', (transport) => {
  test('a remote config is handed over once, however often it is offered', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n, remoteConfig });
    await tested.events.take();
    const { kind, args } = await tested.events.take();
    expect(kind).toBe('onRemoteConfig');
    const offered = args[0] as OfferedRemoteConfig;
    expect(offered.hash).toEqual(Uint8Array.of(1, 2));
    expect(offered.files?.get('')).toMatchObject({ contentType: 'text/json' });
    expect(Buffer.from(offered.files?.get('')?.body ?? [])).toEqual(Buffer.from([0xff, 0]));
    for (const status of ['applying', 'applied'] as const) {
      tested.client.setRemoteConfigStatus({ hash: offered.hash, status });
      const { message, answer } = await server.received.take();
      expect(message.remoteConfigStatus?.lastRemoteConfigHash).toEqual(Uint8Array.of(1, 2));
      answer({ remoteConfig });
    }
    tested.client.setRemoteConfigStatus({ hash: offered.hash, status: 'failed', errorMessage: 'x' });
    (await server.received.take()).answer({ remoteConfig, flags: 1n });
    await server.received.take();
    expect(tested.events.drain()).toEqual([]);
  });

  test('a config that failed and is offered again is handed over once more, and the same verdict is said again', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n, remoteConfig });
    await tested.events.takeWhere(({ kind }) => kind === 'onRemoteConfig');
    const verdict = { hash: Uint8Array.of(1, 2), status: 'failed', errorMessage: 'no' } as const;
    tested.client.setRemoteConfigStatus(verdict);
    (await server.received.take()).answer({ remoteConfig });
    await tested.events.takeWhere(({ kind }) => kind === 'onRemoteConfig');
    tested.client.setRemoteConfigStatus(verdict);
    const { message } = await server.received.takeWhere(
      ({ message: { remoteConfigStatus } }) => remoteConfigStatus !== undefined,
    );
    expect(message.remoteConfigStatus?.errorMessage).toBe('no');
  });

  test('a config that the agent has from an earlier run is not handed over', async () => {
    await using server = await startFakeServer(transport);
    const remoteConfigStatus = { hash: Uint8Array.of(1, 2), status: 'applied' } as const;
    await using tested = startTestClient(server, { remoteConfigStatus });
    (await server.received.take()).answer({ capabilities: 3n, remoteConfig, flags: 1n });
    await server.received.take();
    expect(tested.events.drain().map(({ kind }) => kind)).toEqual(['onConnect']);
  });

  test('a config with an empty map is one, and a hash without map says so', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    const first = await server.received.take();
    first.answer({ capabilities: 3n, flags: 1n, remoteConfig: { configHash: Uint8Array.of(1), config: {} } });
    await tested.events.take();
    expect((await tested.events.take()).args[0]).toMatchObject({ files: new Map() });
    (await server.received.take()).answer({ remoteConfig: { configHash: Uint8Array.of(2) } });
    expect((await tested.events.take()).args[0]).toMatchObject({ files: undefined });
  });

  test('what is meant for another agent, or for a capability that is not announced, is ignored', async () => {
    await using server = await startFakeServer(transport);
    const capabilities = ['ReportsHealth'] as const;
    await using tested = startTestClient(server, { capabilities });
    const first = await server.received.take();
    first.answer({ capabilities: 3n, remoteConfig, packagesAvailable: {}, flags: 1n });
    const second = await server.received.take();
    second.answer({ command: {} });
    tested.client.setDescription({ identifying: {} });
    const third = await server.received.take();
    third.answer({
      instanceUid: instanceUidToBytes(newInstanceUid()),
      agentIdentification: { newInstanceUid: new Uint8Array(16) },
    });
    expect(tested.events.drain().map(({ kind }) => kind)).toEqual(['onConnect']);
    expect(third.message.instanceUid).toEqual(first.message.instanceUid);
  });

  test('a restart command excludes all else in its message; other commands are ignored', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    (await server.received.take()).answer({ capabilities: 3n, command: {}, remoteConfig });
    await tested.events.take();
    expect((await tested.events.take()).kind).toBe('onRestartCommand');
    tested.client.setDescription({ identifying: {} });
    (await server.received.take()).answer({ command: { type: 7 as CommandType }, remoteConfig });
    tested.client.setDescription({ identifying: { a: 'b' } });
    await server.received.take();
    expect(tested.events.drain()).toEqual([]);
  });

  test('a new uid is used from the next message on, which comes at once', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { requestInstanceUid: true });
    const { message, answer } = await server.received.take();
    expect(message.flags).toBe(1n);
    const newUid = newInstanceUid();
    answer({ capabilities: 3n, agentIdentification: { newInstanceUid: instanceUidToBytes(newUid) } });
    const next = await server.received.take();
    expect(next.message).toMatchObject({ sequenceNum: 2n, flags: 0n });
    expect(instanceUidFromBytes(next.message.instanceUid)).toBe(newUid);
    if (transport === 'http') expect(next.headers['opamp-instance-uid']).toBe(newUid);
    await tested.events.take();
    expect(await tested.events.take()).toEqual({ kind: 'onNewInstanceUid', args: [newUid] });
    expect(tested.client.instanceUid).toBe(newUid);
  });

  test('a new uid of wrong length is not taken', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    const before = tested.client.instanceUid;
    (await server.received.take()).answer({
      capabilities: 3n,
      agentIdentification: { newInstanceUid: new Uint8Array(5) },
    });
    const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onError');
    expect(args[0]).toMatchObject({ code: 'bad_new_instance_uid' });
    expect(tested.client.instanceUid).toBe(before);
  });

  test('bytes that are no message are told of, and the next good one counts', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, {
      heartbeatIntervalMs: 5,
      capabilities: ['ReportsHeartbeat'],
    });
    (await server.received.take()).answerRaw(Buffer.from(transport === 'http' ? 'ffff' : '00ffff', 'hex'));
    expect((await tested.events.take()).args[0]).toMatchObject({ code: 'bad_message' });
    (await server.received.take()).answer({ capabilities: 3n });
    expect((await tested.events.take()).kind).toBe('onConnect');
  });

  test('unknown fields and bits are no hindrance', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server);
    const { message, answerRaw } = await server.received.take();
    const uid = Buffer.from(message.instanceUid).toString('hex');
    const body = `0a10${uid}3080808080802038ffffffffffffffffff019a060178`;
    answerRaw(Buffer.from(transport === 'http' ? body : `00${body}`, 'hex'));
    expect((await tested.events.take()).kind).toBe('onConnect');
    expect(tested.client.serverCapabilities).toBe(2n ** 64n - 1n);
  });

  test('a callback that throws is told of, and ends nothing', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, {
      onRemoteConfig: () => {
        throw new Error('the agent is broken');
      },
    });
    (await server.received.take()).answer({ capabilities: 3n, remoteConfig, flags: 1n });
    await server.received.take();
    expect(tested.events.drain().map(({ kind }) => kind)).toEqual(['onConnect', 'onError']);
  });
});
