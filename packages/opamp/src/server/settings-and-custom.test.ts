import { randomBytes } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  type ConnectionSettingsOffers,
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
import { encodeConnectionSettings } from '../wire/settings-offer.ts';
import { reportedHashes } from './reported-hashes.ts';
import type { RequestRefusal } from './server-options.ts';

const first = { sequenceNum: 1n, capabilities: 1n, agentDescription: describedAs('agent') };
const telemetry = { destinationEndpoint: 'http://127.0.0.1:4318/v1/x' };
const OFFER = encodeConnectionSettings({
  opamp: { destinationEndpoint: 'ws://127.0.0.1:1/v1/opamp', heartbeatIntervalSeconds: 30n },
  ownMetrics: telemetry,
  ownTraces: telemetry,
  ownLogs: telemetry,
  otherConnections: { kafka: { destinationEndpoint: 'kafka:9092' } },
});
const CLASSES = [
  [0x100n, 'opamp'],
  [0x40n, 'ownMetrics'],
  [0x20n, 'ownTraces'],
  [0x80n, 'ownLogs'],
  [0x200n, 'otherConnections'],
] as const;

function offeredClasses(settings: ConnectionSettingsOffers | undefined): string[] {
  return CLASSES.map(([, name]) => name).filter((name) =>
    name === 'otherConnections'
      ? Object.keys(settings?.otherConnections ?? {}).length > 0
      : settings?.[name] !== undefined,
  );
}

describe.each<Transport>(['websocket', 'http'])('connection settings over %s', (transport) => {
  test.each(CLASSES)('with capability %i only its class is offered: %s', async (bit, name) => {
    await using server = await startTestServer();
    server.wanted = () => ({ connectionSettings: OFFER.encoded });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const { connectionSettings } = await agent.exchange({ ...first, capabilities: 1n | bit });
    expect(offeredClasses(connectionSettings)).toEqual([name]);
    expect(connectionSettings?.hash).toEqual(OFFER.hash);
  });

  test('all classes go to those that take all, none where the server does not offer', async () => {
    for (const [capabilities, expected] of [
      [0x7fn, 5],
      [0x1fn, 0],
    ] as const) {
      await using server = await startTestServer({ capabilities });
      server.wanted = () => ({ connectionSettings: OFFER.encoded });
      await using agent = await connectFakeAgent(transport, server.url(transport));
      const answer = await agent.exchange({ ...first, capabilities: 0x3e1n });
      expect(offeredClasses(answer.connectionSettings)).toHaveLength(expected);
    }
  });

  test('bytes that are no offer are told of and not sent', async () => {
    await using server = await startTestServer();
    server.wanted = () => ({ connectionSettings: Uint8Array.of(0xff, 0xff) });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange({ ...first, capabilities: 0x101n })).connectionSettings).toBeUndefined();
    expect(server.opamp.counters.errors.host_failed).toBe(1);
  });

  test('a status says which offer the agent has', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const connectionSettingsStatus = { lastConnectionSettingsHash: OFFER.hash, status: 1 as const };
    await agent.exchange({ ...first, capabilities: 0x8001n, connectionSettingsStatus });
    const hashes = reportedHashes(server.opamp.session(agent.uid)?.parts ?? {});
    expect(hashes.connectionSettings).toEqual(OFFER.hash);
    expect([hashes.remoteConfig, hashes.packages]).toEqual([undefined, undefined]);
  });

  test('a certificate request is answered by an offer in the same reply', async () => {
    const requests: string[] = [];
    await using server = await startTestServer({
      host: {
        connectionSettingsRequested: (_session, csr) => {
          requests.push(Buffer.from(csr).toString());
          return undefined;
        },
      },
    });
    server.wanted = () => (requests.length === 0 ? undefined : { connectionSettings: OFFER.encoded });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ ...first, capabilities: 0x101n });
    const answer = await agent.exchange({
      sequenceNum: 2n,
      capabilities: 0x101n,
      connectionSettingsRequest: csr('PEM'),
    });
    expect(requests).toEqual(['PEM']);
    expect(offeredClasses(answer.connectionSettings)).toEqual(['opamp']);
  });

  test('one that the host refuses is a bad request, and the next message counts', async () => {
    const refusal: RequestRefusal = { refuse: 'the signature is wrong' };
    await using server = await startTestServer({
      host: { connectionSettingsRequested: () => refusal },
      maxBadMessages: 2,
    });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange({ ...first, capabilities: 0x101n });
    for (let sequenceNum = 2n; sequenceNum < 6n; sequenceNum++) {
      const { errorResponse } = await agent.exchange({
        sequenceNum,
        capabilities: 0x101n,
        connectionSettingsRequest: csr('x'),
      });
      expect(errorResponse?.type).toBe(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
      expect(errorResponse?.errorMessage).toContain('the signature is wrong');
    }
    expect((await agent.exchange({ sequenceNum: 6n, capabilities: 0x101n })).flags).toBe(0n);
  });

  test('empty requests, and requests to a server that takes none, are ignored', async () => {
    let calls = 0;
    const host = {
      connectionSettingsRequested: () => {
        calls++;
        return undefined;
      },
    };
    for (const capabilities of [0x7fn, 0x3fn]) {
      await using server = await startTestServer({ capabilities, host });
      await using agent = await connectFakeAgent(transport, server.url(transport));
      const connectionSettingsRequest = capabilities === 0x7fn ? { opamp: {} } : csr('PEM');
      const answer = await agent.exchange({ ...first, capabilities: 0x101n, connectionSettingsRequest });
      expect(answer.errorResponse).toBeUndefined();
    }
    expect(calls).toBe(0);
  });
});

function csr(text: string) {
  return { opamp: { certificateRequest: { csr: new Uint8Array(Buffer.from(text)) } } };
}

describe.each<Transport>(['websocket', 'http'])('custom messages over %s', (transport) => {
  const CAPABILITY = 'org.example.echo';
  const announced = { ...first, customCapabilities: { capabilities: [CAPABILITY] } };
  const message = (type: string, data = new Uint8Array()) => ({ capability: CAPABILITY, type, data });

  test('capabilities are announced once, and binary data comes through', async () => {
    const received: Uint8Array[] = [];
    await using server = await startTestServer({
      customCapabilities: [CAPABILITY],
      host: { customMessage: (_session, { data }) => received.push(data) },
    });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect((await agent.exchange(announced)).customCapabilities?.capabilities).toEqual([CAPABILITY]);
    const data = new Uint8Array(randomBytes(100));
    const answer = await agent.exchange({
      sequenceNum: 2n,
      capabilities: 1n,
      customMessage: message('m', data),
    });
    expect(answer.customCapabilities).toBeUndefined();
    expect(received).toEqual([data]);
  });

  test('an unknown capability is ignored and counted', async () => {
    await using server = await startTestServer({ customCapabilities: ['org.example.other'] });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const answer = await agent.exchange({ ...announced, customMessage: message('m') });
    expect(answer.errorResponse).toBeUndefined();
    expect(server.opamp.counters.errors.unsupported_custom_message).toBe(1);
  });

  test('may be passed on whatever their capability, and what is understood may change', async () => {
    const received: string[] = [];
    await using server = await startTestServer({
      takesAnyCustomMessage: true,
      host: { customMessage: (_session, { type }) => received.push(type) },
    });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const greeting = await agent.exchange({ ...announced, customMessage: message('early') });
    expect(greeting.customCapabilities).toBeUndefined();
    expect(received).toEqual(['early']);
    let sequenceNum = 1n;
    for (const capabilities of [[CAPABILITY, 'org.example.other'], []]) {
      server.opamp.setCustomCapabilities(capabilities);
      sequenceNum++;
      const told =
        agent instanceof FakeWebSocketAgent
          ? await agent.pushed()
          : await agent.exchange({ sequenceNum, capabilities: 1n });
      expect(told.customCapabilities?.capabilities).toEqual(capabilities);
    }
  });

  test('fifty in a burst arrive in order, the sixty-fifth finds the queue full', async () => {
    await using server = await startTestServer();
    await using agent = await connectFakeAgent(transport, server.url(transport));
    await agent.exchange(announced);
    const outcomes = Array.from({ length: 65 }, (_, at) =>
      server.opamp.sendCustomMessage(agent.uid, message(`${at}`)),
    );
    expect(outcomes.slice(0, 64)).toEqual(Array(64).fill('queued'));
    expect(outcomes[64]).toBe('queue_full');
    for (let at = 0; at < 64; at++) {
      const next =
        agent instanceof FakeWebSocketAgent
          ? await agent.pushed()
          : await agent.exchange({ sequenceNum: BigInt(at + 2), capabilities: 1n });
      expect(next.customMessage?.type).toBe(`${at}`);
    }
    expect(server.opamp.sendCustomMessage(agent.uid, message('again'))).toBe('queued');
  });

  test('nothing goes to an agent that announced nothing, is away, or whose limit it exceeds', async () => {
    await using server = await startTestServer({ maxMessageBytes: 1000 });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    expect(server.opamp.sendCustomMessage(agent.uid, message('m'))).toBe('not_connected');
    await agent.exchange(first);
    expect(server.opamp.sendCustomMessage(agent.uid, message('m'))).toBe('unsupported');
    await agent.exchange({ ...announced, sequenceNum: 2n });
    expect(server.opamp.sendCustomMessage(agent.uid, message('m', new Uint8Array(1000)))).toBe('too_large');
    await agent.exchange({ sequenceNum: 3n, capabilities: 1n, agentDisconnect: {} });
    expect(server.opamp.sendCustomMessage(agent.uid, message('m'))).toBe('not_connected');
  });
});

describe('an overloaded server', () => {
  test('sheds messages over WebSocket with Unavailable, and handshakes with 503', async () => {
    let isBusy = false;
    await using server = await startTestServer({
      host: { overloaded: () => (isBusy ? { retryAfterMs: 2_500 } : undefined) },
    });
    await using agent = await FakeWebSocketAgent.connect(server.url('websocket'));
    isBusy = true;
    const { errorResponse, instanceUid } = await agent.exchange(first);
    expect(instanceUid).toHaveLength(16);
    expect(errorResponse?.type).toBe(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    expect(errorResponse?.Details.value?.retryAfterNanoseconds).toBe(2_500_000_000n);
    expect(server.opamp.session(agent.uid)).toBeUndefined();
    const refused = await fetch(server.url('http'), { headers: { Upgrade: 'websocket' } }).catch(
      () => undefined,
    );
    expect(refused?.status ?? 503).not.toBe(101);
    isBusy = false;
    expect((await agent.exchange(first)).capabilities).toBe(0x7fn);
  });

  test('answers requests with 503 and Retry-After', async () => {
    await using server = await startTestServer({ host: { overloaded: () => ({ retryAfterMs: 2_500 }) } });
    await using agent = new FakeHttpAgent(server.url('http'));
    const { status, headers } = await agent.post(agent.encode(first));
    expect([status, headers['retry-after']]).toEqual([503, '3']);
  });
});

test('a restart leaves alone: with uid and capabilities, whatever else is due', async () => {
  await using server = await startTestServer({ customCapabilities: ['a.b'] });
  let restarts = 1;
  server.wanted = () => (restarts-- > 0 ? { restart: true } : undefined);
  await using agent = new FakeHttpAgent(server.url('http'));
  const message = { sequenceNum: 5n, capabilities: 0x401n, flags: 1n };
  const answer = fromBinary(ServerToAgentSchema, (await agent.post(agent.encode(message))).body);
  expect(answer).toMatchObject({ command: { type: 0 }, flags: 0n, capabilities: 0x7fn });
  expect([answer.agentIdentification, answer.customCapabilities]).toEqual([undefined, undefined]);
  const next = await agent.exchange({ ...message, sequenceNum: 6n });
  expect(next.flags).toBe(1n);
  expect(next.agentIdentification).toBeDefined();
  expect(next.customCapabilities?.capabilities).toEqual(['a.b']);
});
