import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionSettingsStatuses } from '../gen/opamp/v1/opamp_pb.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { type FakeServer, type ServerMessageInit, startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import type { OpampClientOptions } from './client-options.ts';
import { fileStateStore } from './client-state.ts';

const { ConnectionSettingsStatuses_APPLYING: APPLYING } = ConnectionSettingsStatuses;
const { ConnectionSettingsStatuses_APPLIED: APPLIED } = ConnectionSettingsStatuses;
const { ConnectionSettingsStatuses_FAILED: FAILED } = ConnectionSettingsStatuses;
const HASH = Uint8Array.of(7);
const UNREACHABLE = '127.0.0.1:1/v1/opamp';

const agent = {
  capabilities: [
    'ReportsHeartbeat',
    'ReportsHealth',
    'AcceptsOpAMPConnectionSettings',
    'ReportsOwnMetrics',
    'AcceptsOtherConnectionSettings',
    'ReportsConnectionSettingsStatus',
  ],
} satisfies Partial<OpampClientOptions>;

function offer(
  opamp: NonNullable<ServerMessageInit['connectionSettings']>['opamp'],
  hash = HASH,
): ServerMessageInit {
  return { capabilities: 0x23n, connectionSettings: { hash, ...(opamp === undefined ? {} : { opamp }) } };
}

/** Answers everything, the first with `first`, until a message reports a status that is final. */
async function untilVerdict(server: FakeServer, first: ServerMessageInit) {
  const seen: number[] = [];
  let next: ServerMessageInit = first;
  for (;;) {
    const { message, answer } = await server.received.take();
    answer(next);
    next = {};
    const status = message.connectionSettingsStatus;
    if (status === undefined || (status.status === APPLIED && seen.length === 0)) continue;
    seen.push(status.status);
    if (status.status !== APPLYING) return { seen, status, message };
  }
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opamp-client-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each<Transport>(['websocket', 'http'])('offered OpAMP settings over %s', (transport) => {
  test('lead to another server, which is told everything and that they are applied', async () => {
    await using before = await startFakeServer(transport);
    await using after = await startFakeServer(transport);
    const stateStore = fileStateStore(join(folder, 'sub/state.json'));
    await using tested = startTestClient(before, { ...agent, stateStore, headers: { 'X-Own': 'own' } });
    const headers = { headers: [{ key: 'Authorization', value: 'Bearer new' }] };
    (await before.received.take()).answer(
      offer({ destinationEndpoint: after.url, headers, heartbeatIntervalSeconds: 60n }),
    );
    const last = await before.received.takeWhereAnswering(
      ({ message }) => message.agentDisconnect !== undefined,
    );
    const arrived = await after.received.take();
    arrived.answer({ capabilities: 3n });
    expect(arrived.message.agentDescription).toBeDefined();
    expect(arrived.message.sequenceNum).toBe(last.message.sequenceNum + 1n);
    expect(arrived.headers).toMatchObject({ authorization: 'Bearer new', 'x-own': 'own' });
    expect(arrived.message.connectionSettingsStatus?.status).toBe(APPLYING);
    const { message, answer } = await after.received.take();
    expect(message.connectionSettingsStatus).toMatchObject({
      status: APPLIED,
      lastConnectionSettingsHash: HASH,
    });
    answer();
    after.answerRest();
    const { args } = await tested.events.takeWhere(({ kind }) => kind === 'onOpampConnectionSettings');
    expect(args).toEqual([after.url]);
    expect(tested.client.url).toBe(after.url);
    expect(stateStore.load()).toMatchObject({
      configuredUrl: before.url,
      settings: { url: after.url, heartbeatIntervalMs: 60_000 },
      settingsStatus: { status: 'applied', hash: '07' },
    });
    expect(statSync(join(folder, 'sub/state.json')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['cannot be reached', undefined],
    ['refuse the agent', { status: 401 }],
  ])('that %s are given up: back to the old ones, the interval too, and FAILED', async (_how, refusal) => {
    await using before = await startFakeServer(transport);
    await using refusing = await startFakeServer(transport);
    if (refusal !== undefined) refusing.refusal = refusal;
    const url =
      refusal === undefined ? `${transport === 'http' ? 'http' : 'ws'}://${UNREACHABLE}` : refusing.url;
    const settingsTrialMs = refusal === undefined ? 50 : 60_000;
    await using tested = startTestClient(before, { ...agent, settingsTrialMs });
    const { seen, status, message } = await untilVerdict(
      before,
      offer({ destinationEndpoint: url, heartbeatIntervalSeconds: 1n }),
    );
    expect([...new Set(seen)]).toEqual([APPLYING, FAILED]);
    expect(status.errorMessage).not.toBe('');
    expect(message.sequenceNum).toBeGreaterThan(2n);
    expect(tested.client.url).toBe(before.url);
    expect(before.received.drain()).toEqual([]);
  });

  test('are applied once, however often they are offered', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, agent);
    const same = offer({ destinationEndpoint: '', heartbeatIntervalSeconds: 60n });
    await untilVerdict(server, same);
    for (let count = 0; count < 3; count++) {
      tested.client.setDescription({ identifying: { count: String(count) } });
      const { message, answer } = await server.received.take();
      expect(message.connectionSettingsStatus).toBeUndefined();
      answer(same);
    }
    expect(server.closed.drain()).toEqual([]);
  });

  test('that change the interval alone need no new connection', async () => {
    await using server = await startFakeServer(transport);
    await using _tested = startTestClient(server, agent);
    const { seen } = await untilVerdict(
      server,
      offer({ destinationEndpoint: '', heartbeatIntervalSeconds: 1n }),
    );
    expect(seen.at(-1)).toBe(APPLIED);
    expect(server.closed.drain()).toEqual([]);
    expect((await server.received.take()).message.connectionSettingsStatus).toBeUndefined();
  });

  test.each([
    ['an endpoint of another scheme', { destinationEndpoint: 'ftp://host/' }, 'ftp'],
    ['a proxy of another kind', { destinationEndpoint: '', proxy: { url: 'socks5://host' } }, 'proxy'],
    ['a TLS version that is too old', { destinationEndpoint: '', tls: { minVersion: 'TLSv1.0' } }, '1.0'],
    [
      'a certificate without key',
      { destinationEndpoint: '', certificate: { cert: Uint8Array.of(1) } },
      'private key',
    ],
    [
      'a certificate where nothing is kept',
      { destinationEndpoint: '', certificate: { cert: Uint8Array.of(1), privateKey: Uint8Array.of(1) } },
      'durable',
    ],
  ])('with %s fail without a change of connection', async (_what, opamp, reason) => {
    await using server = await startFakeServer(transport);
    await using _tested = startTestClient(server, agent);
    const { status } = await untilVerdict(server, offer(opamp));
    expect(status.status).toBe(FAILED);
    expect(status.errorMessage).toContain(reason);
    expect(server.closed.drain()).toEqual([]);
  });

  test('whose trial was cut short by the end of the process are tried again', async () => {
    await using before = await startFakeServer(transport);
    await using after = await startFakeServer(transport);
    const stateStore = fileStateStore(join(folder, 'state.json'));
    stateStore.save({
      configuredUrl: before.url,
      candidate: { url: after.url },
      settingsStatus: { hash: '07', status: 'applying', errorMessage: '' },
    });
    await using tested = startTestClient(before, { ...agent, stateStore });
    const arrived = await after.received.take();
    arrived.answer({ capabilities: 3n });
    expect(arrived.message.connectionSettingsStatus?.status).toBe(APPLYING);
    const second = await after.received.take();
    after.answerRest();
    expect(second.message.connectionSettingsStatus?.status).toBe(APPLIED);
    expect(tested.client.url).toBe(after.url);
    expect(before.received.drain()).toEqual([]);
  });

  test('and the uid are remembered, until the operator names another server', async () => {
    await using before = await startFakeServer(transport);
    await using after = await startFakeServer(transport);
    const stateStore = fileStateStore(join(folder, 'state.json'));
    await using third = await startFakeServer(transport);
    stateStore.save({ configuredUrl: before.url, settings: { url: after.url } });
    const uids: string[] = [];
    for (const [configured, used] of [
      [before, after],
      [third, third],
    ] as const) {
      const url = configured.url;
      await using tested = startTestClient(used, { ...agent, stateStore, url });
      (await used.received.take()).answer({ capabilities: 3n });
      uids.push(tested.client.instanceUid);
    }
    expect(new Set(uids).size).toBe(1);
  });
});

describe.each<Transport>(['websocket', 'http'])(
  'offered settings of other connections over %s',
  (transport) => {
    test('go to the agent, by what it announces, and their fate to the server', async () => {
      await using server = await startFakeServer(transport);
      const offered: unknown[] = [];
      let fails = false;
      await using tested = startTestClient(server, {
        ...agent,
        onConnectionSettings: async (settings) => {
          offered.push(settings);
          if (fails) throw new Error('no such exporter');
        },
      });
      const ownMetrics = { destinationEndpoint: 'http://127.0.0.1:4318/v1/metrics' };
      const otherConnections = { kafka: { destinationEndpoint: 'kafka:9092' } };
      const first = { hash: HASH, ownMetrics, ownLogs: ownMetrics, otherConnections };
      expect(
        (await untilVerdict(server, { capabilities: 0x23n, connectionSettings: first })).seen.at(-1),
      ).toBe(APPLIED);
      expect(offered).toMatchObject([
        { hash: HASH, ownMetrics, other: new Map([['kafka', expect.anything()]]) },
      ]);
      expect(offered[0]).not.toHaveProperty('ownLogs');
      expect(tested.client.ignored).toEqual({ ownLogs: 1 });
      fails = true;
      tested.client.setDescription({ identifying: {} });
      const { status } = await untilVerdict(server, {
        connectionSettings: { hash: Uint8Array.of(8), ownMetrics },
      });
      expect(status).toMatchObject({ status: FAILED, errorMessage: 'no such exporter' });
    });

    test('that were cut short by the end of the process are taken when they are offered again', async () => {
      await using server = await startFakeServer(transport);
      const stateStore = fileStateStore(join(folder, 'state.json'));
      stateStore.save({
        configuredUrl: server.url,
        settingsStatus: { hash: '07', status: 'applying', errorMessage: '' },
      });
      const offered: unknown[] = [];
      await using _tested = startTestClient(server, {
        ...agent,
        stateStore,
        onConnectionSettings: (settings) => {
          offered.push(settings);
        },
      });
      const ownMetrics = { destinationEndpoint: 'http://127.0.0.1:4318/v1/metrics' };
      const { message, answer } = await server.received.take();
      expect(message.connectionSettingsStatus).toBeUndefined();
      answer({ capabilities: 0x23n, connectionSettings: { hash: HASH, ownMetrics } });
      const { seen } = await untilVerdict(server, {});
      expect(seen.at(-1)).toBe(APPLIED);
      expect(offered).toHaveLength(1);
    });
  },
);

test('an offer from TLS to no TLS fails, unless the agent allows it', async () => {
  const { mergeSettings } = await import('./settings-merge.ts');
  const offered = { destinationEndpoint: 'ws://host/' } as Parameters<typeof mergeSettings>[1];
  const context = { url: 'wss://host/', key: undefined, mayBeInsecure: false, mayBeUnverified: false };
  const whole = { ...offered, heartbeatIntervalSeconds: 0n };
  expect(() => mergeSettings({}, whole, context)).toThrow('without TLS');
  expect(mergeSettings({}, whole, { ...context, mayBeInsecure: true }).url).toBe('ws://host/');
});
