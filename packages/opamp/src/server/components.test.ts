import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { AvailableComponentsSchema } from '../gen/opamp/v1/opamp_pb.ts';
import {
  type AgentMessageInit,
  connectFakeAgent,
  describedAs,
  type Transport,
} from '../testing/fake-agent.ts';
import { startTestServer } from '../testing/test-server.ts';
import { newInstanceUid } from '../wire/instance-uid.ts';
import { encodeHashOnly } from './component-report.ts';
import { ComponentRequests } from './component-requests.ts';
import { Counters } from './counters.ts';
import { HostCalls } from './host-calls.ts';
import { Problems } from './problems.ts';
import type { OpampServerHost } from './server-options.ts';
import { type Link, Session } from './session.ts';

const HASH = Uint8Array.of(1, 2, 3);
const WHOLE = { hash: HASH, components: { receivers: { subComponentMap: { otlp: {} } } } };

function first(availableComponents: AgentMessageInit['availableComponents'], capabilities = 0x4001n) {
  return { sequenceNum: 1n, capabilities, agentDescription: describedAs('agent'), availableComponents };
}

/** A host that keeps sets by hash. */
function keeper() {
  const sets = new Map<string, Uint8Array>();
  const given: string[] = [];
  const key = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
  const host = {
    hasComponents: (hash) => sets.has(key(hash)),
    components: (hash, set) => {
      given.push(key(hash));
      sets.set(key(hash), set);
    },
  } satisfies Partial<OpampServerHost>;
  return { sets, given, host };
}

describe.each<Transport>(['websocket', 'http'])('available components over %s', (transport) => {
  test('an unknown hash is asked about once, and its set goes to the host', async () => {
    const { sets, given, host } = keeper();
    await using server = await startTestServer({ host });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange(first({ hash: HASH }))).flags).toBe(2n);
    expect((await agent.exchange({ sequenceNum: 2n, capabilities: 0x4001n })).flags).toBe(0n);
    const answer = await agent.exchange({
      sequenceNum: 3n,
      capabilities: 0x4001n,
      availableComponents: WHOLE,
    });
    expect(answer.flags).toBe(0n);
    expect(given).toEqual(['010203']);
    const whole = toBinary(AvailableComponentsSchema, create(AvailableComponentsSchema, WHOLE));
    expect(sets.get('010203')).toEqual(whole);
    expect(server.opamp.session(agent.uid)?.parts.availableComponents).toEqual(encodeHashOnly(HASH));
    expect(server.opamp.counters.componentRequests).toBe(1);
    await using other = await connectFakeAgent(transport, server.url(transport));
    expect((await other.exchange(first({ hash: HASH }))).flags).toBe(0n);
  });

  test('of several agents with one hash only one is asked', async () => {
    await using server = await startTestServer({ host: keeper().host });
    await using one = await connectFakeAgent(transport, server.url(transport));
    await using two = await connectFakeAgent(transport, server.url(transport));
    expect((await one.exchange(first({ hash: HASH }))).flags).toBe(2n);
    expect((await two.exchange(first({ hash: HASH }))).flags).toBe(0n);
  });

  test('an agent that answers with its hash alone, again and again, is not asked again and again', async () => {
    await using server = await startTestServer({ host: keeper().host });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(first({ hash: HASH }));
    for (let sequenceNum = 2n; sequenceNum < 20n; sequenceNum++) {
      const hash = sequenceNum % 2n === 0n ? HASH : Uint8Array.of(9);
      await agent.exchange({ sequenceNum, capabilities: 0x4001n, availableComponents: { hash } });
    }
    expect(server.opamp.counters.componentRequests).toBe(1);
  });

  test('without the capability nobody is asked; what comes is taken and counted', async () => {
    const { given, host } = keeper();
    await using server = await startTestServer({ host });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange(first({ hash: HASH }, 1n))).flags).toBe(0n);
    await agent.exchange({ sequenceNum: 2n, capabilities: 1n, availableComponents: WHOLE });
    expect(given).toEqual(['010203']);
    expect(server.opamp.counters.errors.unannounced_part).toBe(2);
  });

  test('the request goes with one for full state, and each is independent', async () => {
    await using server = await startTestServer({ host: keeper().host });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const message = { sequenceNum: 7n, capabilities: 0x4001n, availableComponents: { hash: HASH } };
    expect((await agent.exchange(message)).flags).toBe(3n);
  });

  test('a set over the limit, and one that comes too soon after another, are not taken', async () => {
    const { given, host } = keeper();
    await using server = await startTestServer({ host, maxComponentSetBytes: 64 });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const large = { hash: HASH, components: { ['x'.repeat(100)]: {} } };
    expect((await agent.exchange(first(large))).flags).toBe(0n);
    const second = { hash: Uint8Array.of(4), components: { receivers: {} } };
    await agent.exchange({ sequenceNum: 2n, capabilities: 0x4001n, availableComponents: second });
    const third = { hash: Uint8Array.of(5), components: { receivers: {} } };
    await agent.exchange({ sequenceNum: 3n, capabilities: 0x4001n, availableComponents: third });
    expect(given).toEqual(['04']);
    expect(server.opamp.counters.errors.components_refused).toBe(2);
  });

  test('without a host for sets they stay with the session, and nobody is asked', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange(first({ hash: HASH }))).flags).toBe(0n);
    await agent.exchange({ sequenceNum: 2n, capabilities: 0x4001n, availableComponents: WHOLE });
    const part = server.opamp.session(agent.uid)?.parts.availableComponents;
    expect(part?.length).toBeGreaterThan(encodeHashOnly(HASH).length);
  });
});

describe('whose turn it is', () => {
  function agentWith(hash: Uint8Array): Session {
    const peer = { transport: 'websocket', remoteAddress: '', credential: undefined } as Link;
    const session = new Session(newInstanceUid(), new Uint8Array(16), peer);
    session.link = peer;
    session.isConnected = true;
    session.capabilitiesLow = 0x4001;
    session.parts.availableComponents = encodeHashOnly(hash);
    return session;
  }

  function requests() {
    const { host, sets } = keeper();
    const problems = new Problems(host, new Counters());
    return { sets, requests: new ComponentRequests(new HostCalls(host, problems), 0) };
  }

  const START = 10_000_000;
  const SECOND = 1_000;

  test('another agent is asked when the first does not answer, and pauses of each double', () => {
    const { requests: tested } = requests();
    const [one, two] = [agentWith(HASH), agentWith(HASH)];
    tested.note(one);
    tested.note(two);
    const asked: string[] = [];
    for (let second = 0; second <= 200; second++) {
      for (const session of tested.due(START + second * SECOND)) {
        asked.push(`${session === one ? 'one' : 'two'} ${second}`);
      }
    }
    expect(asked).toEqual([
      'one 0',
      'two 10',
      'one 20',
      'two 30',
      'one 40',
      'two 50',
      'one 80',
      'two 90',
      'one 160',
      'two 170',
    ]);
  });

  test('an agent that is gone makes place, and is not kept', () => {
    const { requests: tested } = requests();
    const [one, two] = [agentWith(HASH), agentWith(HASH)];
    tested.note(one);
    tested.note(two);
    one.isConnected = false;
    expect([...tested.due(START)]).toEqual([two]);
    expect(one.wantedComponents).toBeUndefined();
  });

  test('no more than fifty are asked in a second', () => {
    const { requests: tested } = requests();
    for (let count = 0; count < 200; count++) tested.note(agentWith(Uint8Array.of(count, 1)));
    expect([...tested.due(START)]).toHaveLength(50);
    expect([...tested.due(START + SECOND)]).toHaveLength(50);
  });

  test('a hash of 200 bytes is one, of 300 is none that is asked about', () => {
    const { requests: tested } = requests();
    const [long, tooLong] = [agentWith(new Uint8Array(200)), agentWith(new Uint8Array(300))];
    tested.note(long);
    tested.note(tooLong);
    expect([...tested.due(START)]).toEqual([long]);
  });
});
