import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpampClientOptions } from '../client/client-options.ts';
import { fileStateStore } from '../client/client-state.ts';
import {
  AvailableComponentsSchema,
  ComponentHealthSchema,
  ConnectionSettingsStatuses,
} from '../gen/opamp/v1/opamp_pb.ts';
import { connectFakeAgent, describedAs, type Transport } from '../testing/fake-agent.ts';
import { type FakeServer, startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';
import { startTestServer } from '../testing/test-server.ts';
import { AGENT_CAPABILITIES, type AgentCapabilityName } from '../wire/capabilities.ts';

const { ConnectionSettingsStatuses_APPLIED: APPLIED } = ConnectionSettingsStatuses;
const everyCapability = Object.keys(AGENT_CAPABILITIES) as AgentCapabilityName[];
const SETTINGS = {
  capabilities: ['AcceptsOpAMPConnectionSettings', 'ReportsConnectionSettingsStatus'],
} satisfies Partial<OpampClientOptions>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opamp-switch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Answers everything until the agent says that the settings with this hash are in use. */
async function applied(server: FakeServer, hash: Uint8Array): Promise<void> {
  await server.received.takeWhereAnswering(
    ({ message: { connectionSettingsStatus: status } }) =>
      status?.status === APPLIED && Buffer.compare(status.lastConnectionSettingsHash, hash) === 0,
  );
}

describe.each<Transport>(['websocket', 'http'])('a change of servers over %s', (transport) => {
  test('is a goodbye, the end of the old connection, and only then the new one', async () => {
    await using before = await startFakeServer(transport);
    await using after = await startFakeServer(transport);
    await using tested = startTestClient(before, SETTINGS);
    (await before.received.take()).answer({
      capabilities: 0x21n,
      connectionSettings: { hash: Uint8Array.of(1), opamp: { destinationEndpoint: after.url } },
    });
    let last = await before.received.take();
    while (last.message.agentDisconnect === undefined) {
      last.answer();
      last = await before.received.take();
    }
    expect(after.received.drain()).toEqual([]);
    last.answer();
    if (transport === 'websocket') expect(await before.closed.take()).toBe(1000);
    const arrived = await after.received.take();
    arrived.answer({ capabilities: 0x21n });
    expect([before.links.size, before.received.drain()]).toEqual([0, []]);
    await applied(after, Uint8Array.of(1));
    after.answerRest();
    expect(tested.client.url).toBe(after.url);
  });

  test('is not made for an agent that does not take OpAMP settings, nor for anything else that it does not announce', async () => {
    await using server = await startFakeServer(transport);
    await using elsewhere = await startFakeServer(transport);
    const offered: unknown[] = [];
    await using tested = startTestClient(server, {
      capabilities: ['ReportsStatus'],
      onConnectionSettings: (settings) => {
        offered.push(settings);
      },
    });
    const telemetry = { destinationEndpoint: 'http://127.0.0.1/v1/x' };
    (await server.received.take()).answer({
      capabilities: 0x7fn,
      flags: 3n,
      remoteConfig: { configHash: Uint8Array.of(1), config: {} },
      packagesAvailable: { allPackagesHash: Uint8Array.of(1) },
      customMessage: { capability: 'a.b', type: 't' },
      connectionSettings: {
        hash: Uint8Array.of(1),
        opamp: { destinationEndpoint: elsewhere.url },
        ownMetrics: telemetry,
        ownTraces: telemetry,
        ownLogs: telemetry,
        otherConnections: { kafka: telemetry },
      },
    });
    const { message, answer } = await server.received.take();
    expect(message.connectionSettingsStatus).toBeUndefined();
    expect(message.remoteConfigStatus).toBeUndefined();
    expect(message.packageStatuses).toBeUndefined();
    answer({ command: {} });
    expect((await tested.events.take()).kind).toBe('onConnect');
    for (const name of ['still', 'here']) {
      tested.client.setDescription({ identifying: { name } });
      (await server.received.take()).answer();
    }
    expect([offered, elsewhere.received.drain(), tested.client.url]).toEqual([[], [], server.url]);
    expect(Object.keys(tested.client.ignored).toSorted()).toEqual([
      'command',
      'customMessage',
      'opamp',
      'otherConnections',
      'ownLogs',
      'ownMetrics',
      'ownTraces',
      'packagesAvailable',
      'remoteConfig',
    ]);
    expect(tested.events.drain()).toEqual([]);
  });

  test('full state has the statuses of settings and packages too', async () => {
    await using server = await startFakeServer(transport);
    const stateStore = fileStateStore(join(folder, 'state.json'));
    stateStore.save({
      configuredUrl: server.url,
      settingsStatus: { hash: '07', status: 'applied', errorMessage: '' },
    });
    await using _tested = startTestClient(server, {
      capabilities: everyCapability,
      stateStore,
      health: create(ComponentHealthSchema, { healthy: true }),
      effectiveConfig: () => new Map(),
      remoteConfigStatus: { hash: Uint8Array.of(1), status: 'applied' },
      availableComponents: create(AvailableComponentsSchema, { hash: Uint8Array.of(1) }),
      customCapabilities: ['a.b'],
      packages: {
        downloadFolder: folder,
        installed: async () => new Map(),
        lastOffer: async () => Uint8Array.of(5),
        saveOffer: async () => undefined,
        install: async () => undefined,
        remove: async () => undefined,
      },
    });
    // What is installed may be read only after the first report is on its way.
    await server.received.takeWhere(({ message, answer }) => {
      const isComplete = message.packageStatuses !== undefined;
      answer({ capabilities: 0x7fn, flags: isComplete ? 1n : 0n });
      return isComplete;
    });
    const { message } = await server.received.take();
    const { customMessage, connectionSettingsRequest, agentDisconnect, ...parts } = message;
    expect(Object.entries(parts).filter(([, value]) => value === undefined)).toEqual([]);
    expect(message.connectionSettingsStatus).toMatchObject({
      status: APPLIED,
      lastConnectionSettingsHash: Uint8Array.of(7),
    });
    expect(message.packageStatuses?.serverProvidedAllPackagesHash).toEqual(Uint8Array.of(5));
    expect([customMessage, connectionSettingsRequest, agentDisconnect]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('custom capabilities are said once, and again only when they change', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { customCapabilities: ['a.b'] });
    const said = async () => {
      const { message, answer } = await server.received.take();
      answer({ capabilities: 1n });
      return message.customCapabilities?.capabilities;
    };
    expect(await said()).toEqual(['a.b']);
    await tested.events.take();
    tested.client.setDescription({ identifying: { n: '1' } });
    expect(await said()).toBeUndefined();
    tested.client.setCustomCapabilities(['a.b']);
    tested.client.setCustomCapabilities(['c.d', 'e.f/2']);
    expect(await said()).toEqual(['c.d', 'e.f/2']);
    tested.client.setDescription({ identifying: { n: '2' } });
    expect(await said()).toBeUndefined();
  });

  test('a certificate may be requested again, whenever it is time', async () => {
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, { capabilities: ['AcceptsOpAMPConnectionSettings'] });
    (await server.received.take()).answer({ capabilities: 0x41n });
    await tested.events.take();
    for (const csr of ['one', 'two']) {
      expect(tested.client.requestCertificate(csr, 'KEY')).toBe(true);
      const { message, answer } = await server.received.take();
      const requested = message.connectionSettingsRequest?.opamp?.certificateRequest?.csr;
      expect(Buffer.from(requested ?? []).toString()).toBe(csr);
      answer();
    }
  });

  test('an agent with a new uid may request a certificate over the connection of its old one', async () => {
    const requests: string[] = [];
    await using server = await startTestServer({
      host: {
        accept: () => ({ kind: 'accept', credential: 'the certificate of the old uid' }),
        connectionSettingsRequested: ({ instanceUid }) => {
          requests.push(instanceUid);
          return undefined;
        },
      },
    });
    await using agent = await connectFakeAgent(transport, server.url(transport));
    const first = { sequenceNum: 1n, capabilities: 0x101n, agentDescription: describedAs('a'), flags: 1n };
    const newUid = (await agent.exchange(first)).agentIdentification?.newInstanceUid ?? new Uint8Array();
    const answer = await agent.exchange({
      instanceUid: newUid,
      sequenceNum: 2n,
      capabilities: 0x101n,
      connectionSettingsRequest: { opamp: { certificateRequest: { csr: Uint8Array.of(1) } } },
    });
    expect(answer.errorResponse).toBeUndefined();
    expect(requests.map((uid) => uid.replaceAll('-', ''))).toEqual([Buffer.from(newUid).toString('hex')]);
  });
});

describe.each<Transport>(['websocket', 'http'])('an offered proxy over %s', (transport) => {
  async function startProxy() {
    const asked: (string | undefined)[] = [];
    const sockets = new Set<Duplex>();
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.headers['x-to-proxy'] as string | undefined);
      const [host, port] = (request.url ?? '').split(':');
      const onwards = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onwards.pipe(socket).pipe(onwards);
      });
      for (const each of [socket, onwards]) {
        sockets.add(each);
        each.on('error', () => undefined);
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    return {
      asked,
      address: `127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => proxy.close(resolve));
      },
    };
  }

  test('may be a URL or host and port, gets its headers alone, and stays until another is offered', async () => {
    await using one = await startProxy();
    await using two = await startProxy();
    await using server = await startFakeServer(transport);
    await using tested = startTestClient(server, SETTINGS);
    const offer = (number: number, opamp: object) => ({
      capabilities: 0x21n,
      connectionSettings: {
        hash: Uint8Array.of(number),
        opamp: { destinationEndpoint: server.url, ...opamp },
      },
    });
    const header = (key: string, value: string) => ({ headers: [{ key, value }] });
    const connectHeaders = header('X-To-Proxy', 'secret');
    (await server.received.take()).answer(offer(1, { proxy: { url: one.address, connectHeaders } }));
    await applied(server, Uint8Array.of(1));
    expect(one.asked.at(-1)).toBe('secret');
    const next = async (number: number, opamp: object) => {
      tested.client.setDescription({ identifying: { n: String(number) } });
      const exchange = await server.received.take();
      expect(exchange.headers['x-to-proxy']).toBeUndefined();
      exchange.answer(offer(number, opamp));
      await applied(server, Uint8Array.of(number));
    };
    const before = one.asked.length;
    await next(2, { headers: header('X-Rotated', 'yes') });
    expect(one.asked.length).toBeGreaterThan(before);
    await next(3, { proxy: { url: `http://${two.address}` } });
    expect(two.asked.at(-1)).toBeUndefined();
    expect(two.asked.length).toBeGreaterThan(0);
  });
});
