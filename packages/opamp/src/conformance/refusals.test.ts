import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { ServerErrorResponseType, ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { connectFakeAgent, describedAs, FakeHttpAgent, type Transport } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';

const first = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('a') };
const NO_LESS_THAN_NS = 30_000_000_000n;

describe.each<Transport>(['websocket', 'http'])('what the server refuses over %s', (transport) => {
  test('BadRequest has a text for people and no time to come back', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const { errorResponse } = await agent.exchange({ ...first, instanceUid: new Uint8Array(3) });
    expect(errorResponse?.type).toBe(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
    expect(errorResponse?.errorMessage).toMatch(/16 bytes/);
    expect(errorResponse?.Details.case).toBeUndefined();
  });

  test('an answer holds an error or something else, never both', async () => {
    await using server = await startTestServer({ customCapabilities: ['a.b'] });
    server.wanted = () => ({ remoteConfig: new Uint8Array() });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const messages = [
      { ...first, capabilities: 0xffffn },
      { ...first, instanceUid: new Uint8Array(3), capabilities: 0xffffn, flags: 1n },
      { sequenceNum: 9n, capabilities: 0xffffn, flags: 1n },
      { sequenceNum: 10n, capabilities: 0xffffn, agentDisconnect: {} },
    ];
    let errors = 0;
    for (const message of messages) {
      const { errorResponse, ...rest } = await agent.exchange(message);
      if (errorResponse === undefined) continue;
      errors++;
      const { $typeName, $unknown, instanceUid, ...said } = rest;
      expect(said).toEqual({ flags: 0n, capabilities: 0n });
    }
    expect(errors).toBe(1);
  });
});

test('who is told to come back later is told to wait 30 s or more, unless the host says otherwise', async () => {
  await using server = await startTestServer({ maxAgents: 1 });
  await using known = await connectFakeAgent('websocket', server.url('websocket'));
  await known.exchange(first);
  await using other = await connectFakeAgent('websocket', server.url('websocket'));
  const { errorResponse } = await other.exchange(first);
  expect(errorResponse?.type).toBe(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
  expect(errorResponse?.Details.value?.retryAfterNanoseconds).toBeGreaterThanOrEqual(NO_LESS_THAN_NS);
  await using busy = await startTestServer({ host: { overloaded: () => ({}) } });
  await using poller = new FakeHttpAgent(busy.url('http'));
  const { status, headers } = await poller.post(poller.encode(first));
  expect([status, Number(headers['retry-after']) >= 30]).toEqual([503, true]);
});

test('a message that can be read and is refused gets 200 with its error, bytes that are none get 400', async () => {
  await using server = await startTestServer();
  await using agent = new FakeHttpAgent(server.url('http'));
  const invalid = await agent.post(agent.encode({ ...first, instanceUid: new Uint8Array(3) }));
  const unreadable = await agent.post(Buffer.from('ffff', 'hex'));
  const { ServerErrorResponseType_BadRequest: BAD_REQUEST } = ServerErrorResponseType;
  expect([invalid, unreadable].map(({ status }) => status)).toEqual([200, 400]);
  for (const { body } of [invalid, unreadable])
    expect(fromBinary(ServerToAgentSchema, body).errorResponse?.type).toBe(BAD_REQUEST);
});

test('an agent that does not announce ReportsStatus is served like any other', async () => {
  await using server = await startTestServer();
  await using agent = await connectFakeAgent('websocket', server.url('websocket'));
  expect((await agent.exchange({ ...first, capabilities: 0x1006n })).errorResponse).toBeUndefined();
  expect(server.opamp.session(agent.uid)).toMatchObject({ isConnected: true, capabilities: 0x1006n });
});
