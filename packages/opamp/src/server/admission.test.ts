import { once } from 'node:events';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  AgentToServerSchema,
  ServerErrorResponseType,
  ServerToAgentSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import {
  connectFakeAgent,
  describedAs,
  FakeHttpAgent,
  FakeWebSocketAgent,
  type Transport,
} from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { type InstanceUid, instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import type { Claim, ClaimRefusal, ConnectionRequest } from './server-options.ts';

const first = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('a') };
const next = { sequenceNum: 2n, capabilities: 1n };

/** A host whose grant is the text of the Authorization header. */
function byHeader(admit: (claim: Claim) => ClaimRefusal | undefined = () => undefined) {
  return {
    accept: ({ headers }: ConnectionRequest) =>
      ({ kind: 'accept', grant: headers.authorization ?? 'nothing' }) as const,
    admit,
  };
}

function bytesOf(uid: InstanceUid, message: typeof first): Uint8Array {
  const full = create(AgentToServerSchema, { ...message, instanceUid: instanceUidToBytes(uid) });
  return toBinary(AgentToServerSchema, full);
}

describe.each<Transport>(['websocket', 'http'])('admission over %s', (transport) => {
  test('the host is asked before anything of an agent is taken, and told the grant of its connection', async () => {
    const asked: Claim[] = [];
    const host = byHeader((claim) => {
      asked.push(claim);
      return undefined;
    });
    await using server = await startTestServer({ host });
    const headers = { authorization: 'Bearer one' };
    await using agent = await connectFakeAgent(transport, server.url(transport), { headers });
    await agent.exchange(first);
    await agent.exchange(next);
    expect(asked[0]).toMatchObject({ instanceUid: agent.uid, transport, grant: 'Bearer one' });
    // A WebSocket stays with its agent; each HTTP message could come from somebody else.
    expect(asked).toHaveLength(transport === 'http' ? 2 : 1);
    expect(server.opamp.session(agent.uid)?.grant).toBe('Bearer one');
  });

  test('an agent that is not admitted is refused, and nothing is kept of it', async () => {
    const host = byHeader(() => ({ kind: 'unauthorized', message: 'not for this uid' }));
    await using server = await startTestServer({ host });
    if (transport === 'http') {
      await using agent = new FakeHttpAgent(server.url('http'));
      const answer = await agent.post(agent.encode(first));
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      const { errorResponse } = fromBinary(ServerToAgentSchema, answer.body);
      expect(errorResponse?.errorMessage).toBe('not_admitted: not for this uid');
    } else {
      await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
      const { errorResponse } = await agent.exchange(first);
      expect(errorResponse?.errorMessage).toBe('not_admitted: not for this uid');
      expect(await agent.closed).toBe(1008);
    }
    expect([...server.opamp.sessions()]).toEqual([]);
    expect(server.events.drain().map(({ code }) => code)).toEqual(['not_admitted']);
  });

  test('an agent for which there is no room is told to come back later', async () => {
    const host = byHeader(() => ({ kind: 'full', message: 'ten wait already' }));
    await using server = await startTestServer({ host });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const { errorResponse } = await agent.exchange(first);
    expect(errorResponse?.type).toBe(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    expect(errorResponse?.errorMessage).toContain('ten wait already');
    if (transport === 'http') {
      const http = agent as FakeHttpAgent;
      expect((await http.post(http.encode(first))).status).toBe(503);
    } else expect(await (agent as FakeWebSocketAgent).closed).toBe(1013);
  });

  test('a host that fails to say admits nobody', async () => {
    const host = byHeader(() => {
      throw new Error('no database');
    });
    await using server = await startTestServer({ host });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange(first)).errorResponse).toBeDefined();
    expect([...server.opamp.sessions()]).toEqual([]);
  });

  test('an agent that is disconnected is gone at once, and comes back where it is admitted', async () => {
    await using server = await startTestServer({ host: byHeader() });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    expect(server.opamp.disconnect(agent.uid, 'revoked')).toBe(true);
    expect(server.opamp.session(agent.uid)?.isConnected).toBe(false);
    expect(server.opamp.disconnect(agent.uid, 'revoked')).toBe(false);
    const gone = await server.events.takeWhere(({ kind }) => kind === 'disconnected');
    expect(gone.reason).toBe('cut');
    if (agent instanceof FakeWebSocketAgent) expect(await agent.closed).toBe(1008);
    await using again = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid });
    expect((await again.exchange(next)).errorResponse).toBeUndefined();
    expect(server.opamp.session(agent.uid)?.isConnected).toBe(true);
  });

  test('all that came by one grant are disconnected, and nobody else', async () => {
    await using server = await startTestServer({ host: byHeader() });
    const agents = [];
    for (const authorization of ['Bearer one', 'Bearer one', 'Bearer two']) {
      const agent = await connectFakeAgent(transport, server.url(transport), { headers: { authorization } });
      await agent.exchange(first);
      agents.push(agent);
    }
    expect(await server.opamp.disconnectGranted((grant) => grant === 'Bearer one', 'deleted')).toBe(2);
    const states = agents.map(({ uid }) => server.opamp.session(uid)?.isConnected);
    expect(states).toEqual([false, false, true]);
    for (const agent of agents.slice(0, 2))
      if (agent instanceof FakeWebSocketAgent) expect(await agent.closed).toBe(1008);
    expect((await agents[2]?.exchange(next))?.errorResponse).toBeUndefined();
    for (const agent of agents) await agent[Symbol.asyncDispose]();
  });
});

test('a WebSocket that has said nothing yet ends with its grant', async () => {
  await using server = await startTestServer({ host: byHeader() });
  const headers = { authorization: 'Bearer one' };
  await using silent = await FakeWebSocketAgent.connect(server.url('websocket'), { headers });
  expect(await server.opamp.disconnectGranted((grant) => grant === 'Bearer one', 'deleted')).toBe(0);
  expect(await silent.closed).toBe(1008);
});

test('an agent that polls with another grant is told of as connected again', async () => {
  await using server = await startTestServer({ host: byHeader() });
  await using agent = new FakeHttpAgent(server.url('http'));
  const post = (message: object, authorization: string) =>
    agent.post(agent.encode(message), { authorization });
  await post(first, 'Bearer one');
  await post(next, 'Bearer one');
  await post({ ...next, sequenceNum: 3n }, 'Bearer two');
  const kinds = server.events.drain().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'connected')).toHaveLength(2);
  expect(server.opamp.session(agent.uid)?.grant).toBe('Bearer two');
});

describe('several agents behind one WebSocket', () => {
  test('one that is refused or disconnected leaves the others connected', async () => {
    const refused = newInstanceUid();
    const host = byHeader(({ instanceUid }) =>
      instanceUid === refused ? { kind: 'unauthorized', message: 'revoked' } : undefined,
    );
    await using server = await startTestServer({ host });
    await using gateway = await FakeWebSocketAgent.connect(server.url('websocket'));
    const other = newInstanceUid();
    await gateway.exchange(first);
    await gateway.exchangeBytes(bytesOf(other, first));
    const answer = fromBinary(
      ServerToAgentSchema,
      await gateway.exchangeBytes(bytesOf(refused, { ...first, sequenceNum: 1n })),
    );
    expect(answer.errorResponse?.errorMessage).toContain('not_admitted');
    expect(server.opamp.disconnect(other, 'revoked')).toBe(true);
    expect((await gateway.exchange(next)).errorResponse).toBeUndefined();
    expect(server.opamp.session(gateway.uid)?.isConnected).toBe(true);
    expect(server.opamp.disconnect(gateway.uid, 'revoked')).toBe(true);
    if (gateway.webSocket.readyState !== gateway.webSocket.CLOSED) await once(gateway.webSocket, 'close');
    expect(await gateway.closed).toBe(1008);
  });
});
