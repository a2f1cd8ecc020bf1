import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AgentDescriptionSchema,
  attributesFromKeyValues,
  ComponentHealthSchema,
  ConnectionSettingsStatusSchema,
  create,
  decodeMessage,
  encodeConnectionSettings,
  newInstanceUid,
  SERVER_CAPABILITIES,
} from '@drover/opamp';
import { memoryStateStore } from '@drover/opamp/client';
import { type AgentSession, createOpampServer, type Offers } from '@drover/opamp/server';
import { describe, expect, test, vi } from 'vitest';
import { Secrets } from '../secrets.ts';
import { serverSettings } from '../testing/server-settings.ts';
import { type AgentReport, fleetLink } from './fleet-link.ts';
import { serverWay } from './server-way.ts';

const SECRET = 'known-to-the-agent';
const CAPABILITY = 'org.example.echo';

/** A server of the library, and what it was told. */
async function startServer() {
  const it = {
    offers: undefined as Offers | undefined,
    session: undefined as AgentSession | undefined,
    custom: [] as string[],
  };
  const opamp = createOpampServer({
    capabilities: SERVER_CAPABILITIES.AcceptsStatus | SERVER_CAPABILITIES.OffersConnectionSettings,
    customCapabilities: [CAPABILITY],
    host: {
      reported: (session) => {
        it.session = session;
      },
      offers: () => it.offers,
      customMessage: (_session, { type }) => it.custom.push(type),
    },
  });
  const http = createServer();
  opamp.attach(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return Object.assign(it, {
    opamp,
    url: (transport: string) => `${transport}://127.0.0.1:${port}/v1/opamp`,
    async [Symbol.asyncDispose]() {
      await opamp.drain(0);
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  });
}

function startLink(url: string) {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const it = {
    logger,
    report: {
      description: { identifying: { 'service.name': 'first' } },
      health: create(ComponentHealthSchema, { healthy: true }),
      components: undefined,
      effectiveConfig: undefined,
      customCapabilities: [CAPABILITY],
    } as AgentReport,
    understood: [] as (readonly string[])[],
    offered: 0,
    custom: [] as string[],
    connected: vi.fn(),
  };
  const ignore = () => undefined;
  const secrets = new Secrets();
  secrets.add(SECRET);
  const link = fleetLink({
    way: serverWay(serverSettings({ url, heartbeatIntervalMs: 50 }), {}, secrets, logger),
    connectionStore: memoryStateStore(),
    capabilities: [
      'ReportsHealth',
      'AcceptsOpAMPConnectionSettings',
      'ReportsConnectionSettingsStatus',
      'ReportsHeartbeat',
      'ReportsOwnMetrics',
    ],
    instanceUid: newInstanceUid(),
    remoteConfigStatus: undefined,
    report: () => it.report,
    onOffer: ignore,
    onRestartCommand: ignore,
    onNewInstanceUid: ignore,
    onOwnTelemetry: () => Promise.reject(new Error(`refused with ${SECRET}`)),
    onConnectionSettings: () => {
      it.offered++;
    },
    onCustomMessage: ({ type }) => it.custom.push(type),
    onCustomCapabilities: (capabilities) => it.understood.push(capabilities),
    monitor: { connected: it.connected, failed: ignore, disconnected: ignore },
    mask: secrets.mask,
    logger,
  });
  link.start();
  return Object.assign(it, { link, [Symbol.asyncDispose]: () => link.stop() });
}

describe.each(['ws', 'http'])('the link over %s', (transport) => {
  test('hands on all that one message of the server holds', async () => {
    await using server = await startServer();
    const opamp = { destinationEndpoint: server.url(transport), heartbeatIntervalSeconds: 1n };
    server.offers = { connectionSettings: encodeConnectionSettings({ opamp }).encoded };
    await using agent = startLink(server.url(transport));
    await vi.waitFor(() => expect(agent.understood[0]).toEqual([CAPABILITY]));
    expect(agent.offered).toBeGreaterThan(0);
    expect(agent.connected).toHaveBeenCalledWith(server.url(transport));
  });

  test('shows the server no secret in the reason why it does not use a destination', async () => {
    await using server = await startServer();
    const ownMetrics = { destinationEndpoint: 'http://127.0.0.1/' };
    server.offers = { connectionSettings: encodeConnectionSettings({ ownMetrics }).encoded };
    await using agent = startLink(server.url(transport));
    await vi.waitFor(() => {
      const bytes = server.session?.parts.connectionSettingsStatus ?? new Uint8Array();
      const decoded = decodeMessage(ConnectionSettingsStatusSchema, bytes);
      expect(decoded.kind === 'message' && decoded.message.errorMessage).toBe('refused with [REDACTED]');
    });
    expect(agent.offered).toBe(0);
  });

  test('reports what has changed, and passes custom messages both ways', async () => {
    await using server = await startServer();
    await using agent = startLink(server.url(transport));
    await vi.waitFor(() => expect(agent.understood).toHaveLength(1));
    agent.report = { ...agent.report, description: { identifying: { 'service.name': 'second' } } };
    agent.link.flush();
    await vi.waitFor(() => {
      const bytes = server.session?.parts.description ?? new Uint8Array();
      const decoded = decodeMessage(AgentDescriptionSchema, bytes);
      const attributes = decoded.kind === 'message' ? decoded.message.identifyingAttributes : [];
      expect(attributesFromKeyValues(attributes)).toEqual({ 'service.name': 'second' });
    });
    const message = (type: string) => ({ capability: CAPABILITY, type, data: new Uint8Array() });
    expect(agent.link.sendCustomMessage(message('up'))).toBe('queued');
    const uid = server.session?.instanceUid;
    if (uid === undefined) throw new Error('nobody came');
    expect(server.opamp.sendCustomMessage(uid, message('down'))).toBe('queued');
    await vi.waitFor(() => expect([server.custom, agent.custom]).toEqual([['up'], ['down']]));
  });

  test('says so where what the server offers is not used', async () => {
    await using server = await startServer();
    const opamp = { destinationEndpoint: server.url(transport), tls: { insecureSkipVerify: true } };
    server.offers = { connectionSettings: encodeConnectionSettings({ opamp }).encoded };
    await using agent = startLink(server.url(transport));
    await vi.waitFor(() =>
      expect(agent.logger.warn).toHaveBeenCalledWith(
        { err: expect.stringContaining('insecure_skip_verify') },
        'settings that the server offered are not used',
      ),
    );
  });
});
