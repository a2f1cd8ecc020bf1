import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { ServerErrorResponseType, ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { connectFakeAgent, describedAs, FakeWebSocketAgent, type Transport } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { instanceUidToBytes } from '../wire/instance-uid.ts';

const BAD_REQUEST = ServerErrorResponseType.ServerErrorResponseType_BadRequest;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe.each<Transport>(['websocket', 'http'])('answers over %s', (transport) => {
  test('the first one has the uid and the capabilities, the next ones say nothing more', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const uid = instanceUidToBytes(agent.uid);
    const first = await agent.exchange({
      sequenceNum: 1n,
      capabilities: 1n,
      agentDescription: describedAs('a'),
    });
    expect(first).toMatchObject({ instanceUid: uid, capabilities: 0x7fn, flags: 0n });
    expect(first.errorResponse).toBeUndefined();
    const capabilities = transport === 'http' ? '387f' : '';
    for (let sequenceNum = 2; sequenceNum < 30; sequenceNum++) {
      const body = Buffer.from(`0a10${hex(uid)}10${sequenceNum.toString(16).padStart(2, '0')}2001`, 'hex');
      expect(hex(await agent.exchangeBytes(body))).toBe(`0a10${hex(uid)}${capabilities}`);
    }
    expect(server.opamp.counters.messagesReceived[transport]).toBe(29);
    expect(server.opamp.counters.messagesSent[transport]).toBe(29);
  });

  test('each copy of a message gets one, and is processed once', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const message = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('a') };
    for (let copy = 0; copy < 3; copy++)
      expect((await agent.exchange(message)).errorResponse).toBeUndefined();
    expect(server.events.drain().map(({ kind }) => kind)).toEqual(['connected', 'reported']);
  });

  test.each([0, 15, 17, 27])('a uid of %i bytes is a bad request, and makes no agent', async (length) => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const answer = await agent.exchange({
      instanceUid: new Uint8Array(length),
      sequenceNum: 1n,
      capabilities: 1n,
    });
    expect(answer.errorResponse?.type).toBe(BAD_REQUEST);
    expect(answer.errorResponse?.errorMessage).toContain('bad_instance_uid');
    expect(answer.instanceUid).toHaveLength(length);
    expect([...server.opamp.sessions()]).toEqual([]);
  });

  test('an error excludes every other field, and the next good message is answered well', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const error = fromBinary(ServerToAgentSchema, await agent.exchangeBytes(Buffer.from('1080', 'hex')));
    expect(error).toMatchObject({ flags: 0n, capabilities: 0n, errorResponse: { type: BAD_REQUEST } });
    const good = await agent.exchange({
      sequenceNum: 1n,
      capabilities: 1n,
      agentDescription: describedAs('a'),
    });
    expect(good).toMatchObject({ capabilities: 0x7fn });
    expect(good.errorResponse).toBeUndefined();
  });

  test('invalid UTF-8 in a part is a bad request that names the part, and changes nothing', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const uid = hex(instanceUidToBytes(agent.uid));
    const bad = Buffer.from(`0a10${uid}10012001${'1a060a040a02ffff'}`, 'hex');
    const answer = fromBinary(ServerToAgentSchema, await agent.exchangeBytes(bad));
    expect(answer.errorResponse?.errorMessage).toContain('AgentDescription');
    expect(server.opamp.session(agent.uid)).toBeUndefined();
  });

  test('unknown fields, bits and enum values are no reason to refuse', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const uid = hex(instanceUidToBytes(agent.uid));
    const all = 'ffffffffffffffffff01';
    const body = Buffer.from(`0a10${uid}100120${all}50808080808020${'3a021063'}9a060178`, 'hex');
    const answer = fromBinary(ServerToAgentSchema, await agent.exchangeBytes(body));
    expect(answer.errorResponse).toBeUndefined();
    expect(server.opamp.session(agent.uid)?.capabilities).toBe(2n ** 64n - 1n);
  });

  test('26 characters of ULID text are a uid, and come back as they were sent', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const text = new Uint8Array(Buffer.from('01HVSDKR6V0000000000000001'));
    const message = { instanceUid: text, capabilities: 1n, agentDescription: describedAs('old') };
    expect((await agent.exchange({ ...message, sequenceNum: 1n })).instanceUid).toEqual(text);
    expect(
      (await agent.exchange({ instanceUid: text, sequenceNum: 2n, capabilities: 1n })).instanceUid,
    ).toEqual(text);
    expect([...server.opamp.sessions()].map(({ instanceUid }) => instanceUid)).toEqual([
      '018ef2d9-e0db-0000-0000-000000000001',
    ]);
  });
});

describe('frames over WebSocket', () => {
  test('an overlong header of zero is taken', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    agent.sendFrame(Buffer.from(`80000a10${hex(instanceUidToBytes(agent.uid))}10012001`, 'hex'));
    expect((await agent.pushed()).errorResponse).toBeUndefined();
  });

  test('a message without header, as old clients send it, is taken and answered with one', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    agent.sendFrame(Buffer.from(`0a10${hex(instanceUidToBytes(agent.uid))}10012001`, 'hex'));
    expect((await agent.pushed()).instanceUid).toEqual(instanceUidToBytes(agent.uid));
  });

  test('a message in three fragments is one', async () => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    const data = Buffer.from(`000a10${hex(instanceUidToBytes(agent.uid))}10012001`, 'hex');
    agent.webSocket.send(data.subarray(0, 1), { fin: false });
    agent.webSocket.send(data.subarray(1, 10), { fin: false });
    agent.webSocket.send(data.subarray(10), { fin: true });
    expect((await agent.pushed()).capabilities).toBe(0x7fn);
  });

  test.each(['01', 'ac02', 'ff'])('a header of %s is a bad request', async (header) => {
    await using server = await startTestServer();
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    agent.sendFrame(Buffer.from(`${header}0a10${hex(instanceUidToBytes(agent.uid))}10012001`, 'hex'));
    expect((await agent.pushed()).errorResponse?.errorMessage).toContain('bad_frame');
    expect(server.opamp.session(agent.uid)).toBeUndefined();
  });

  test('several agents behind one socket each get their own answers, and leave one by one', async () => {
    await using server = await startTestServer();
    await using first = await FakeWebSocketAgent.connect(server.url('websocket'));
    const other = await FakeWebSocketAgent.connect(server.url('websocket'));
    const uids = [instanceUidToBytes(first.uid), instanceUidToBytes(other.uid)];
    await other[Symbol.asyncDispose]();
    for (const instanceUid of uids) {
      const answer = await first.exchange({ instanceUid, sequenceNum: 1n, capabilities: 1n });
      expect(answer.instanceUid).toEqual(instanceUid);
    }
    await first.exchange({
      instanceUid: instanceUidToBytes(first.uid),
      sequenceNum: 2n,
      capabilities: 1n,
      agentDisconnect: {},
    });
    expect(server.opamp.session(first.uid)?.isConnected).toBe(false);
    expect(server.opamp.session(other.uid)?.isConnected).toBe(true);
    first.webSocket.terminate();
    await server.events.takeWhere(({ kind, reason }) => kind === 'disconnected' && reason === 'closed');
    expect(server.opamp.session(other.uid)?.isConnected).toBe(false);
  });
});
