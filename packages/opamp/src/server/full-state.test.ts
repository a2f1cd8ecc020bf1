import { describe, expect, test } from 'vitest';
import {
  connectFakeAgent,
  describedAs,
  type FakeAgent,
  FakeWebSocketAgent,
  type Transport,
} from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';

const REPORT_FULL_STATE = 1n;
const agentDescription = describedAs('a');

async function flagsOf(agent: FakeAgent, sequenceNums: readonly number[]): Promise<bigint[]> {
  const flags: bigint[] = [];
  for (const sequenceNum of sequenceNums) {
    flags.push((await agent.exchange({ sequenceNum: BigInt(sequenceNum), capabilities: 1n })).flags);
  }
  return flags;
}

describe.each<Transport>(['websocket', 'http'])('requests for full state over %s', (transport) => {
  test('a gap asks once', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 1n, capabilities: 1n, agentDescription });
    expect(await flagsOf(agent, [2, 4, 5, 6])).toEqual([0n, REPORT_FULL_STATE, 0n, 0n]);
  });

  test('a gap in a message that carries all that is promised asks for nothing', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const full = { capabilities: 0x801n, agentDescription, health: { healthy: true } };
    await agent.exchange({ sequenceNum: 1n, ...full });
    expect((await agent.exchange({ sequenceNum: 9n, ...full })).flags).toBe(0n);
  });

  test.each([0, 1, 2, 77])(
    'an unknown agent that begins compressed with number %i is asked once',
    async (start) => {
      await using server = await startTestServer();
      await using agent = await connectFakeAgent(transport, server.url(transport));
      const following = [1, 2, 3].map((step) => start + step);
      expect(await flagsOf(agent, [start, ...following])).toEqual([REPORT_FULL_STATE, 0n, 0n, 0n]);
      expect(server.opamp.session(agent.uid)?.isConnected).toBe(true);
    },
  );

  test.each([0, 1])('an agent that begins with a description and number %i is not asked', async (start) => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const first = { sequenceNum: BigInt(start), capabilities: 0x1807n, agentDescription };
    expect((await agent.exchange(first)).flags).toBe(0n);
    expect(await flagsOf(agent, [start + 1, start + 2])).toEqual([0n, 0n]);
  });

  test('an agent that restarts with number 0 and a description is not asked', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 1n, capabilities: 1n, agentDescription });
    await flagsOf(agent, [2, 3]);
    expect((await agent.exchange({ sequenceNum: 0n, capabilities: 1n, agentDescription })).flags).toBe(0n);
    expect(await flagsOf(agent, [1, 2])).toEqual([0n, 0n]);
  });

  test('a repeated number is neither a gap nor dropped', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 1n, capabilities: 1n, agentDescription });
    const repeated = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('b') };
    expect((await agent.exchange(repeated)).flags).toBe(0n);
    expect(server.events.drain().filter(({ kind }) => kind === 'reported')).toHaveLength(2);
  });

  test('a client whose numbers jump with each report is asked a few times, not each time', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    let asked = 0;
    for (let report = 0; report < 100; report++) {
      const sequenceNum = BigInt(10 + report * 3);
      const message = { sequenceNum, capabilities: 0x805n, health: { status: `${report}` } };
      if ((await agent.exchange(message)).flags === REPORT_FULL_STATE) asked++;
    }
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(5);
  });

  test('a message that holds the uid alone is a heartbeat: no gap, and capabilities stay', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 5n, capabilities: 1n, agentDescription });
    await flagsOf(agent, [6]);
    expect((await agent.exchange({})).flags).toBe(0n);
    expect(server.opamp.session(agent.uid)).toMatchObject({ capabilities: 1n, sequenceNum: 6n });
    expect(await flagsOf(agent, [7])).toEqual([0n]);
  });

  test('numbers are compared in 64 bits', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const start = 2n ** 53n + 1n;
    await agent.exchange({ sequenceNum: start, capabilities: 1n, agentDescription });
    const flags = [];
    for (const sequenceNum of [start + 1n, 2n ** 64n - 1n, 0n, 1n]) {
      flags.push((await agent.exchange({ sequenceNum, capabilities: 1n })).flags);
    }
    expect(flags).toEqual([0n, REPORT_FULL_STATE, 0n, 0n]);
  });

  test('an agent that the host restores is not asked', async () => {
    const sequenceNum = 41n;
    await using server = await startTestServer({
      host: {
        restore: () => ({ sequenceNum, capabilities: 1n, parts: { description: Uint8Array.of(0x0a, 0) } }),
      },
    });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect(await flagsOf(agent, [42, 43])).toEqual([0n, 0n]);
    expect(server.opamp.session(agent.uid)?.parts.description).toEqual(Uint8Array.of(0x0a, 0));
  });

  test('the sequence goes on over a reconnect', async () => {
    await using server = await startTestServer();
    const agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 1n, capabilities: 1n, agentDescription });
    await agent[Symbol.asyncDispose]();
    await using again = await connectFakeAgent(transport, server.url(transport), { uid: agent.uid });
    expect(await flagsOf(again, [2, 3, 8])).toEqual([0n, 0n, REPORT_FULL_STATE]);
  });

  test('no more agents are asked at once than the limit allows', async () => {
    await using server = await startTestServer({ fullStateRequestsPerSecond: 1 });
    await using agents = new AsyncDisposableStack();
    const flags = [];
    for (let count = 0; count < 5; count++) {
      const agent = agents.use(await connectFakeAgent(transport, server.url(transport)));
      flags.push((await agent.exchange({ sequenceNum: 9n, capabilities: 1n })).flags);
    }
    expect(flags).toEqual([REPORT_FULL_STATE, 0n, 0n, 0n, 0n]);
  });
});

test('an agent on a WebSocket that had to wait is asked without saying anything', async () => {
  await using server = await startTestServer({ fullStateRequestsPerSecond: 20, pingIntervalMs: 40 });
  await using agents = new AsyncDisposableStack();
  const waiting: FakeWebSocketAgent[] = [];
  for (let count = 0; count < 25; count++) {
    const agent = agents.use(await FakeWebSocketAgent.connect(server.url('websocket')));
    if ((await agent.exchange({ sequenceNum: 9n, capabilities: 1n })).flags === 0n) waiting.push(agent);
  }
  for (const agent of waiting) expect((await agent.pushed()).flags).toBe(REPORT_FULL_STATE);
  expect(server.opamp.counters.fullStateRequests).toBe(25);
});
