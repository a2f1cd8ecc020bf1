import { describe, expect, test } from 'vitest';
import { connectFakeAgent, describedAs, FakeWebSocketAgent, type Transport } from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { type ConfigFile, encodeRemoteConfig } from '../wire/config-map.ts';

const AGENT = 0x1403n; // ReportsStatus, AcceptsRemoteConfig, AcceptsRestartCommand, ReportsRemoteConfig
const agentDescription = describedAs('a');
const first = { sequenceNum: 1n, capabilities: AGENT, agentDescription };

function configOf(text: string): Uint8Array {
  const file: ConfigFile = { body: new Uint8Array(Buffer.from(text)), contentType: 'text/yaml' };
  return encodeRemoteConfig(new Map([['', file]]), new Uint8Array(Buffer.from(text.slice(0, 8))));
}

describe.each<Transport>(['websocket', 'http'])('offers over %s', (transport) => {
  test('the first answer has the offer, with the operator’s content type unchanged', async () => {
    await using server = await startTestServer();
    const file = { body: Uint8Array.of(0xff, 1), contentType: 'text/json' };
    const remoteConfig = encodeRemoteConfig(new Map([['x', file]]), Uint8Array.of(7));
    server.wanted = () => ({ remoteConfig });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const answer = await agent.exchange(first);
    expect(answer.capabilities).toBe(0x7fn);
    expect(answer.remoteConfig?.configHash).toEqual(Uint8Array.of(7));
    expect(answer.remoteConfig?.config?.configMap.x).toMatchObject(file);
    expect((await server.events.takeWhere(({ kind }) => kind === 'offered')).offers).toEqual({
      remoteConfig,
    });
  });

  test.each([
    ['remoteConfig', 0x2n, 'remoteConfig'],
    ['packagesAvailable', 0x8n, 'packagesAvailable'],
    ['connectionSettings', 0x100n, 'connectionSettings'],
    ['restart', 0x400n, 'command'],
  ] as const)('%s goes only to agents with the capability', async (name, bit, field) => {
    await using server = await startTestServer();
    server.wanted = () => (name === 'restart' ? { restart: true } : { [name]: new Uint8Array() });
    await using without = await connectFakeAgent(transport, server.url(transport));
    const refused = await without.exchange({ ...first, capabilities: 0xffffn & ~0x1e0n & ~0x200n & ~bit });
    expect(refused[field]).toBeUndefined();
    await using having = await connectFakeAgent(transport, server.url(transport));
    expect((await having.exchange({ ...first, capabilities: 1n | bit }))[field]).toBeDefined();
  });

  test('nothing is offered that the server itself does not announce', async () => {
    await using server = await startTestServer({ capabilities: 1n });
    server.wanted = () => ({ remoteConfig: configOf('a') });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange(first)).remoteConfig).toBeUndefined();
  });

  test('an agent that takes its capability back gets no more', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    server.wanted = () => ({ remoteConfig: configOf('a') });
    const answer = await agent.exchange({ sequenceNum: 2n, capabilities: 1n, health: {} });
    expect(answer.remoteConfig).toBeUndefined();
  });

  test('an agent that never says that it has the offer is not driven round in a circle', async () => {
    await using server = await startTestServer();
    server.wanted = () => ({ remoteConfig: configOf('a') });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    let offered = 0;
    for (let sequenceNum = 1n; sequenceNum < 100n; sequenceNum++) {
      const message = { sequenceNum, capabilities: AGENT, agentDescription: describedAs(`${sequenceNum}`) };
      if ((await agent.exchange(message)).remoteConfig !== undefined) offered++;
    }
    expect(offered).toBeGreaterThan(0);
    expect(offered).toBeLessThan(6);
  });

  test('the same word on a config that is offered once more is heard', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const remoteConfigStatus = {
      lastRemoteConfigHash: Uint8Array.of(7),
      status: 3,
      errorMessage: 'no',
    } as const;
    await agent.exchange({ ...first, remoteConfigStatus });
    server.wanted = () => ({ remoteConfig: configOf('a') });
    const offered = await agent.exchange({ sequenceNum: 2n, capabilities: AGENT, health: {} });
    expect(offered.remoteConfig).toBeDefined();
    server.wanted = () => undefined;
    server.events.drain();
    for (const sequenceNum of [3n, 4n])
      await agent.exchange({ sequenceNum, capabilities: AGENT, remoteConfigStatus });
    expect(server.events.drain().filter(({ kind }) => kind === 'reported')).toHaveLength(1);
  });

  test('an agent that answers the offer with another hash gets it again', async () => {
    await using server = await startTestServer();
    server.wanted = () => ({ remoteConfig: configOf('a') });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first);
    const status = { remoteConfigStatus: { lastRemoteConfigHash: Uint8Array.of(1) } };
    const answer = await agent.exchange({ sequenceNum: 2n, capabilities: AGENT, ...status });
    expect(answer.remoteConfig).toBeDefined();
  });

  test('a restart goes alone, and what else is wanted follows', async () => {
    await using server = await startTestServer({
      host: {
        offered: (_session, offers) => {
          if (offers.restart === true) server.wanted = () => ({ remoteConfig: configOf('a') });
        },
      },
    });
    server.wanted = () => ({ restart: true, remoteConfig: configOf('a') });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const answer = await agent.exchange(first);
    expect(answer.command).toBeDefined();
    expect(answer).toMatchObject({ flags: 0n, capabilities: 0x7fn });
    expect(answer.remoteConfig).toBeUndefined();
    const next =
      agent instanceof FakeWebSocketAgent
        ? await agent.pushed()
        : await agent.exchange({ sequenceNum: 2n, capabilities: AGENT });
    expect(next.command).toBeUndefined();
    expect(next.remoteConfig).toBeDefined();
  });

  test('an offer over the size limit is not sent, and the agent is answered all the same', async () => {
    await using server = await startTestServer({ maxMessageBytes: 1024 });
    server.wanted = () => ({ remoteConfig: configOf('x'.repeat(2000)) });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const answer = await agent.exchange(first);
    expect(answer.capabilities).toBe(0x7fn);
    expect(answer.remoteConfig).toBeUndefined();
    const problem = await server.events.takeWhere(({ kind }) => kind === 'problem');
    expect(problem.code).toBe('outgoing_too_large');
  });

  test('an offer of a megabyte arrives whole', async () => {
    await using server = await startTestServer();
    const text = 'x'.repeat(1024 * 1024);
    server.wanted = () => ({ remoteConfig: configOf(text) });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const body = (await agent.exchange(first)).remoteConfig?.config?.configMap['']?.body;
    expect(Buffer.from(body ?? []).toString()).toBe(text);
  });
});

test('a push reaches a live WebSocket, once and with the newest offer', async () => {
  await using server = await startTestServer();
  await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
  await agent.exchange(first);
  for (const text of ['one', 'two', 'three']) {
    server.wanted = () => ({ remoteConfig: configOf(text) });
    server.opamp.push([agent.uid]);
  }
  const pushed = await agent.pushed();
  expect(pushed.remoteConfig?.configHash).toEqual(new Uint8Array(Buffer.from('three')));
  server.wanted = () => undefined;
  const next = await agent.exchange({ sequenceNum: 2n, capabilities: AGENT, health: {} });
  expect(next.remoteConfig).toBeUndefined();
});

test('a push waits for the next poll of an HTTP agent, be it a heartbeat, and goes once', async () => {
  await using server = await startTestServer();
  await using agent = await connectFakeAgent('http', server.url('http'));
  await agent.exchange(first);
  server.wanted = () => ({ remoteConfig: configOf('three') });
  server.opamp.push([agent.uid]);
  server.opamp.push([agent.uid]);
  const poll = (sequenceNum: bigint) => agent.exchange({ sequenceNum, capabilities: AGENT });
  expect((await poll(2n)).remoteConfig).toBeDefined();
  expect((await poll(3n)).remoteConfig).toBeUndefined();
});

test('a push serves many agents, all of them, with one encoding', async () => {
  await using server = await startTestServer();
  await using agents = new AsyncDisposableStack();
  const all: FakeWebSocketAgent[] = [];
  for (let count = 0; count < 450; count++) {
    const agent = agents.use(await FakeWebSocketAgent.connect(server.url('websocket')));
    await agent.exchange(first);
    all.push(agent);
  }
  const remoteConfig = configOf('for all');
  server.wanted = () => ({ remoteConfig });
  server.opamp.push(all.map(({ uid }) => uid));
  for (const agent of all) expect((await agent.pushed()).remoteConfig).toBeDefined();
});
