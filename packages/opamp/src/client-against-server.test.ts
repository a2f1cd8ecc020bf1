import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import type { OfferedRemoteConfig } from './client/client-options.ts';
import { OpampError } from './errors.ts';
import { ComponentHealthSchema, RemoteConfigStatusSchema } from './gen/opamp/v1/opamp_pb.ts';
import type { AgentSession } from './server/server-options.ts';
import type { Transport } from './testing/fake-agent.ts';
import { type ClientEvent, startTestClient } from './testing/test-client.ts';
import { startTestServer } from './testing/test-server.ts';
import { decodeMessage } from './wire/codec.ts';
import { encodeRemoteConfig, remoteConfigHash } from './wire/config-map.ts';

function hashOf(session: AgentSession): Uint8Array {
  const decoded = decodeMessage(
    RemoteConfigStatusSchema,
    session.parts.remoteConfigStatus ?? new Uint8Array(),
  );
  return decoded.kind === 'message' ? decoded.message.lastRemoteConfigHash : new Uint8Array();
}

/** A control plane in four lines: offers what the agent does not have. */
function configOf(text: string) {
  const files = new Map([['', { body: new Uint8Array(Buffer.from(text)), contentType: 'text/yaml' }]]);
  const hash = remoteConfigHash(files);
  const remoteConfig = encodeRemoteConfig(files, hash);
  return (session: AgentSession) =>
    Buffer.compare(hashOf(session), hash) === 0 ? undefined : { remoteConfig };
}

describe.each<Transport>(['websocket', 'http'])('our client against our server over %s', (transport) => {
  test('a configuration is offered, applied, reported, and then there is quiet', async () => {
    await using server = await startTestServer();
    server.wanted = configOf('a: 1');
    await using tested = startTestClient(server.url(transport), { heartbeatIntervalMs: 20 });
    const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onRemoteConfig');
    const { hash, files } = args[0] as OfferedRemoteConfig;
    expect(Buffer.from(files?.get('')?.body ?? []).toString()).toBe('a: 1');
    tested.client.setRemoteConfigStatus({ hash, status: 'applying' });
    tested.client.setRemoteConfigStatus({ hash, status: 'applied' });
    const session = () => server.opamp.session(tested.client.instanceUid) as AgentSession;
    await server.events.takeWhere(({ changed }) => changed?.includes('remoteConfigStatus') === true);
    expect(Buffer.from(hashOf(session()))).toEqual(Buffer.from(hash));
    const { sequenceNum } = session();
    server.wanted = configOf('a: 2');
    server.opamp.push([tested.client.instanceUid]);
    await tested.events.takeWhere(({ kind }) => kind === 'onRemoteConfig');
    expect(server.opamp.counters.fullStateRequests).toBe(0);
    expect(session().sequenceNum - sequenceNum).toBeLessThan(10n);
  });

  test('an agent with a part that the server finds too large is managed without that part', async () => {
    await using server = await startTestServer({ maxMessageBytes: 20_000 });
    let body = new Uint8Array(30_000);
    await using tested = startTestClient(server.url(transport), {
      capabilities: ['ReportsEffectiveConfig', 'AcceptsRemoteConfig', 'ReportsHealth'],
      health: create(ComponentHealthSchema, { status: 'x'.repeat(10_000) }),
      effectiveConfig: () => new Map([['', { body, contentType: '' }]]),
    });
    const isGivenUp = ({ args: [error] }: ClientEvent) =>
      error instanceof OpampError && error.code === 'outgoing_too_large';
    await tested.events.takeWhere(isGivenUp);
    const session = () => server.opamp.session(tested.client.instanceUid);
    expect([session()?.parts.health, session()?.parts.effectiveConfig].map(Boolean)).toEqual([true, false]);
    expect(server.opamp.counters.errors.message_too_large).toBeGreaterThan(0);

    const refusals = server.opamp.counters.errors.message_too_large;
    tested.client.setHealth(create(ComponentHealthSchema, { status: 'still here' }));
    await server.events.takeWhere(({ changed }) => changed?.includes('health') === true);
    body = new Uint8Array(15_000);
    tested.client.effectiveConfigChanged();
    await server.events.takeWhere(({ changed }) => changed?.includes('effectiveConfig') === true);
    expect(server.opamp.counters.errors.message_too_large).toBe(refusals);
    expect(session()?.isConnected).toBe(true);
  });

  test('a failed configuration is offered once, not again and again', async () => {
    await using server = await startTestServer();
    server.wanted = configOf('broken');
    await using tested = startTestClient(server.url(transport));
    const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onRemoteConfig');
    const { hash } = args[0] as OfferedRemoteConfig;
    tested.client.setRemoteConfigStatus({ hash, status: 'failed', errorMessage: 'broken' });
    await server.events.takeWhere(({ changed }) => changed?.includes('remoteConfigStatus') === true);
    tested.client.setHealth(create(ComponentHealthSchema, { status: 'later' }));
    await server.events.takeWhere(({ changed }) => changed?.includes('health') === true);
    expect(server.events.drain().filter(({ kind }) => kind === 'offered')).toEqual([]);
    expect(tested.events.drain().filter(({ kind }) => kind === 'onRemoteConfig')).toEqual([]);
  });

  test('a server that lost everything asks once, and has all again', async () => {
    const first = await startTestServer();
    await using tested = startTestClient(first.url(transport), {
      heartbeatIntervalMs: 20,
      capabilities: ['ReportsHealth', 'ReportsHeartbeat'],
    });
    await first.events.takeWhere(({ kind }) => kind === 'reported');
    await first[Symbol.asyncDispose]();
    await using second = await startTestServer({ port: first.port });
    const { session } = await second.events.takeWhere(({ changed }) => changed?.includes('health') === true);
    expect(session?.parts.description).toBeDefined();
    expect(session?.instanceUid).toBe(tested.client.instanceUid);
    expect(second.opamp.counters.fullStateRequests).toBe(1);
  });

  test('a uid that the client asks for is the one that the server knows it by', async () => {
    await using server = await startTestServer();
    await using tested = startTestClient(server.url(transport), { requestInstanceUid: true });
    const renamed = await server.events.takeWhere(({ kind }) => kind === 'renamed');
    expect(renamed.uids?.[1]).toBe(tested.client.instanceUid);
    expect(server.opamp.session(tested.client.instanceUid)?.isConnected).toBe(true);
  });

  test('a restart reaches the agent once', async () => {
    const host = {
      offered: () => {
        server.wanted = () => undefined;
      },
    };
    await using server = await startTestServer({ host });
    await using tested = startTestClient(server.url(transport), { heartbeatIntervalMs: 10 });
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    server.wanted = () => ({ restart: true });
    server.opamp.push([tested.client.instanceUid]);
    if (transport === 'http') tested.client.setHealth(create(ComponentHealthSchema, { status: 'poll' }));
    await tested.events.takeWhere(({ kind }) => kind === 'onRestartCommand');
    tested.client.setHealth(create(ComponentHealthSchema, { status: 'after' }));
    await server.events.takeWhere(({ changed }) => changed?.includes('health') === true);
    expect(tested.events.drain()).toEqual([]);
  });
});
