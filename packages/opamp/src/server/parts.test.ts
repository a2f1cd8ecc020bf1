import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { AgentDescriptionSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { connectFakeAgent, describedAs, type Transport } from '../testing/fake-agent.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import type { InstanceUid } from '../wire/instance-uid.ts';

function nameOf(server: TestServer, uid: InstanceUid): unknown {
  const bytes = server.opamp.session(uid)?.parts.description ?? new Uint8Array();
  return fromBinary(AgentDescriptionSchema, bytes).identifyingAttributes.map(
    ({ value }) => value?.value.value,
  );
}

describe.each<Transport>(['websocket', 'http'])('reported state over %s', (transport) => {
  test('a part replaces what was there, and an absent one keeps it', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const send = (sequenceNum: bigint, agentDescription?: ReturnType<typeof describedAs>) =>
      agent.exchange({ sequenceNum, capabilities: 1n, ...(agentDescription ? { agentDescription } : {}) });
    await send(1n, describedAs('a', 'with an id'));
    await send(2n, describedAs('b'));
    await send(3n);
    expect(nameOf(server, agent.uid)).toEqual(['b']);
  });

  test('the host is told of what changed, and not of repetitions and heartbeats', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const agentDescription = describedAs('a');
    await agent.exchange({ sequenceNum: 1n, capabilities: 0x801n, agentDescription, health: {} });
    await agent.exchange({
      sequenceNum: 2n,
      capabilities: 0x801n,
      agentDescription,
      health: { healthy: true },
    });
    await agent.exchange({ sequenceNum: 3n, capabilities: 0x801n, agentDescription });
    await agent.exchange({ sequenceNum: 4n, capabilities: 0x801n });
    await agent.exchange({ sequenceNum: 5n, capabilities: 0x803n });
    const told = server.events.drain().map(({ kind, changed }) => [kind, changed]);
    expect(told).toEqual([
      ['connected', undefined],
      ['reported', ['description', 'health']],
      ['reported', ['health']],
      ['reported', []],
    ]);
  });

  test('an empty health message is a report', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 1n, capabilities: 0x801n, health: {} });
    expect(server.opamp.session(agent.uid)?.parts.health).toEqual(new Uint8Array());
  });

  test('parts that were not announced are stored and counted', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const message = { sequenceNum: 1n, capabilities: 1n, packageStatuses: {}, remoteConfigStatus: {} };
    expect((await agent.exchange(message)).errorResponse).toBeUndefined();
    expect(Object.keys(server.opamp.session(agent.uid)?.parts ?? {})).toEqual([
      'remoteConfigStatus',
      'packageStatuses',
    ]);
    expect(server.opamp.counters.errors.unannounced_part).toBe(2);
  });

  test('what is stored does not change with later messages', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('kept') });
    const stored = server.opamp.session(agent.uid)?.parts.description;
    const copy = Buffer.from(stored ?? []);
    for (let sequenceNum = 2n; sequenceNum < 50n; sequenceNum++) {
      await agent.exchange({ sequenceNum, capabilities: 0x801n, health: { status: `later ${sequenceNum}` } });
    }
    expect(Buffer.from(stored ?? [])).toEqual(copy);
    expect(stored?.buffer.byteLength).toBe(stored?.length);
  });

  test('a callback that throws harms nobody', async () => {
    const fail = () => {
      throw new Error('the host is broken');
    };
    const codes: string[] = [];
    await using server = await startTestServer({
      host: {
        connected: fail,
        reported: fail,
        offers: fail,
        restore: fail,
        problem: ({ code }) => {
          codes.push(code);
          fail();
        },
      },
    });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const message = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('a') };
    expect((await agent.exchange(message)).capabilities).toBe(0x7fn);
    expect(new Set(codes)).toEqual(new Set(['host_failed']));
  });
});
