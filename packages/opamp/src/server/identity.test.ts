import { describe, expect, test } from 'vitest';
import { connectFakeAgent, describedAs, FakeWebSocketAgent, type Transport } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { type InstanceUid, instanceUidFromBytes } from '../wire/instance-uid.ts';

const REQUEST_INSTANCE_UID = 1n;
const first = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('a', 'id-1') };
const byCredential = {
  accept: ({ headers }: { headers: { authorization?: string | undefined } }) => ({
    kind: 'accept' as const,
    ...(headers.authorization === undefined ? {} : { credential: headers.authorization }),
  }),
};

describe.each<Transport>(['websocket', 'http'])('identity over %s', (transport) => {
  test('a uid that is asked for is given in an answer under the old one, and used from the next message on', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const answer = await agent.exchange({ ...first, flags: REQUEST_INSTANCE_UID });
    expect(instanceUidFromBytes(answer.instanceUid)).toBe(agent.uid);
    const newUid = answer.agentIdentification?.newInstanceUid ?? new Uint8Array();
    const newText = instanceUidFromBytes(newUid) as InstanceUid;
    expect(newText).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(server.opamp.session(agent.uid)).toBeDefined();
    const next = await agent.exchange({ sequenceNum: 2n, capabilities: 1n, instanceUid: newUid });
    expect(next).toMatchObject({ instanceUid: newUid, flags: 0n });
    expect(server.opamp.session(agent.uid)).toBeUndefined();
    expect(server.opamp.session(newText)?.parts.description).toBeDefined();
    const renamed = await server.events.takeWhere(({ kind }) => kind === 'renamed');
    expect(renamed.uids).toEqual([agent.uid, newText]);
  });

  test('a client that ignores its new uid stays who it is, and is given the same one when it asks again', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const given = (await agent.exchange({ ...first, flags: REQUEST_INSTANCE_UID })).agentIdentification;
    const next = await agent.exchange({ sequenceNum: 2n, capabilities: 1n });
    expect(next.agentIdentification).toBeUndefined();
    expect(instanceUidFromBytes(next.instanceUid)).toBe(agent.uid);
    const again = await agent.exchange({ sequenceNum: 3n, capabilities: 1n, flags: REQUEST_INSTANCE_UID });
    expect(again.agentIdentification).toEqual(given);
  });

  test('a clone with another service.instance.id is given a uid of its own, and nothing of the first', async () => {
    await using server = await startTestServer();
    server.wanted = () => ({ remoteConfig: new Uint8Array() });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ ...first, capabilities: 3n });
    await using clone = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid });
    const cloned = { sequenceNum: 1n, capabilities: 3n, agentDescription: describedAs('a', 'id-2') };
    const answer = await clone.exchange(cloned);
    expect(answer.agentIdentification?.newInstanceUid).toHaveLength(16);
    expect(answer.remoteConfig).toBeUndefined();
    const newUid = answer.agentIdentification?.newInstanceUid ?? new Uint8Array();
    await clone.exchange({ ...cloned, sequenceNum: 2n, instanceUid: newUid });
    const next = await agent.exchange({ sequenceNum: 2n, capabilities: 3n });
    expect(next).toMatchObject({ flags: 0n });
    expect([...server.opamp.sessions()].filter(({ isConnected }) => isConnected)).toHaveLength(2);
    expect(server.opamp.counters.errors.duplicate_uid).toBe(1);
  });

  test('a uid stays with the credential that used it first', async () => {
    await using server = await startTestServer({ host: byCredential });
    const headers = { authorization: 'Bearer one' };
    const agent = await connectFakeAgent(transport, server.url(transport), { headers });
    await agent.exchange(first);
    for (const other of [{ authorization: 'Bearer two' }, {}]) {
      await using thief = await connectFakeAgent(transport, server.url(transport), {
        uid: agent.uid,
        headers: other,
      });
      expect((await thief.exchange(first)).errorResponse?.errorMessage).toContain('uid_conflict');
    }
    expect((await agent.exchange({ sequenceNum: 2n, capabilities: 1n })).errorResponse).toBeUndefined();
    await agent[Symbol.asyncDispose]();
    await using again = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid, headers });
    expect((await again.exchange({ sequenceNum: 3n, capabilities: 1n })).errorResponse).toBeUndefined();
  });

  test('a credential that the host restored holds too', async () => {
    await using server = await startTestServer({
      host: {
        ...byCredential,
        restore: () => ({ sequenceNum: 1n, capabilities: 1n, parts: {}, credential: 'Bearer one' }),
      },
    });
    await using thief = await connectFakeAgent(transport, server.url(transport));
    expect((await thief.exchange(first)).errorResponse?.errorMessage).toContain('uid_conflict');
    expect(server.opamp.session(thief.uid)).toBeUndefined();
  });

  test('goodbye marks the agent as gone at once, and its other fields count', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ ...first, capabilities: 0x801n });
    const last = { sequenceNum: 2n, capabilities: 0x801n, health: { status: 'gone' }, agentDisconnect: {} };
    expect((await agent.exchange(last)).errorResponse).toBeUndefined();
    expect(server.opamp.session(agent.uid)?.isConnected).toBe(false);
    expect(server.events.drain().map(({ kind, reason, changed }) => reason ?? changed ?? kind)).toEqual([
      'connected',
      ['description'],
      ['health'],
      'agent_disconnect',
    ]);
  });

  test('a second goodbye on another connection does not bring the agent back', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    await agent.exchange({ sequenceNum: 2n, capabilities: 1n, agentDisconnect: {} });
    await using second = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid });
    await second.exchange({ sequenceNum: 3n, capabilities: 1n, agentDisconnect: {} });
    expect(server.opamp.session(agent.uid)?.isConnected).toBe(false);
    expect(server.events.drain().filter(({ kind }) => kind === 'connected')).toHaveLength(1);
  });

  test('a restart with the same uid on a new link at once is the same agent', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    await agent.exchange({ sequenceNum: 2n, capabilities: 1n, agentDisconnect: {} });
    await using restarted = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid });
    const answer = await restarted.exchange({
      ...first,
      sequenceNum: 0n,
      agentDescription: describedAs('a', 'id-9'),
    });
    expect(answer.agentIdentification).toBeUndefined();
    expect(answer.flags).toBe(0n);
    expect(server.opamp.session(agent.uid)?.isConnected).toBe(true);
  });

  test('a forgotten agent comes back as new', async () => {
    await using server = await startTestServer();
    const agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    server.opamp.forget(agent.uid);
    expect([...server.opamp.sessions()]).toEqual([]);
    if (agent instanceof FakeWebSocketAgent) expect(await agent.closed).toBe(1000);
    await agent[Symbol.asyncDispose]();
    await using again = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid });
    expect((await again.exchange({ sequenceNum: 2n, capabilities: 1n })).flags).toBe(1n);
  });

  test('no more agents are known than the limit allows', async () => {
    await using server = await startTestServer({ maxAgents: 1 });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    await using other = await connectFakeAgent(transport, server.url(transport));
    expect((await other.exchange(first)).errorResponse?.errorMessage).toContain('too_many_agents');
    expect((await agent.exchange({ sequenceNum: 2n, capabilities: 1n })).errorResponse).toBeUndefined();
  });
});

describe('taking over', () => {
  test('an agent whose old socket hangs keeps its uid, and the old socket is closed', async () => {
    await using server = await startTestServer();
    await using hanging = await FakeWebSocketAgent.connect(server.url('websocket'));
    await hanging.exchange(first);
    await using returned = await FakeWebSocketAgent.connect(server.url('websocket'), { uid: hanging.uid });
    const answer = await returned.exchange({ sequenceNum: 2n, capabilities: 1n });
    expect(answer.agentIdentification).toBeUndefined();
    expect(answer).toMatchObject({ capabilities: 0x7fn, flags: 0n });
    expect(await hanging.closed).toBe(1008);
    expect(server.opamp.session(hanging.uid)?.isConnected).toBe(true);
    expect(server.events.drain().map(({ kind, reason }) => reason ?? kind)).toEqual([
      'connected',
      'reported',
      'replaced',
      'connected',
    ]);
  });

  test('two that take the uid from each other again and again are two', async () => {
    await using server = await startTestServer();
    await using agents = new AsyncDisposableStack();
    const connect = async (uid?: InstanceUid) =>
      agents.use(await FakeWebSocketAgent.connect(server.url('websocket'), uid === undefined ? {} : { uid }));
    const agent = await connect();
    const message = { ...first, agentDescription: describedAs('no id') };
    await agent.exchange(message);
    let renamed = 0;
    for (let turn = 0; turn < 6; turn++) {
      const other = await connect(agent.uid);
      if ((await other.exchange(message)).agentIdentification !== undefined) renamed++;
    }
    expect(renamed).toBe(3);
  });

  test('a POST with the uid of a live WebSocket neither replaces the agent nor fetches its configuration', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    await agent.exchange({ ...first, capabilities: 3n });
    server.wanted = () => ({ remoteConfig: Uint8Array.of(0x12, 1, 1) });
    await using thief = await connectFakeAgent('http', server.url('http'), { uid: agent.uid });
    for (const message of [{ ...first, capabilities: 3n }, { sequenceNum: 2n, capabilities: 3n }, {}]) {
      const answer = await thief.exchange(message);
      expect(answer.errorResponse?.errorMessage).toContain('uid_conflict');
      expect(answer.remoteConfig).toBeUndefined();
    }
    const goodbye = { sequenceNum: 2n, capabilities: 3n, agentDisconnect: {} };
    expect((await thief.exchange(goodbye)).errorResponse).toBeDefined();
    expect(server.opamp.session(agent.uid)).toMatchObject({ isConnected: true, transport: 'websocket' });
    expect(
      (await agent.exchange({ sequenceNum: 2n, capabilities: 3n, health: {} })).remoteConfig,
    ).toBeDefined();
  });

  test('an agent that changes from HTTP to WebSocket goes on with its sequence', async () => {
    await using server = await startTestServer();
    await using polling = await connectFakeAgent('http', server.url('http'));
    await polling.exchange(first);
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'), { uid: polling.uid });
    const answer = await agent.exchange({ sequenceNum: 2n, capabilities: 1n });
    expect(answer).toMatchObject({ flags: 0n, capabilities: 0x7fn });
    expect(server.opamp.session(agent.uid)?.transport).toBe('websocket');
  });
});
