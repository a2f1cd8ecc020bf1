import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentCapabilityName, ComponentHealthSchema, create, newInstanceUid } from '@drover/opamp';
import {
  type ClientState,
  type ClientStateStore,
  createOpampClient,
  type OfferedConnectionSettings,
} from '@drover/opamp/client';
import { describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';
import { exportOf } from '../testing/otlp-export.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

type Transport = 'websocket' | 'http';

const SENDS: readonly AgentCapabilityName[] = [
  'ReportsStatus',
  'ReportsHealth',
  'ReportsHeartbeat',
  'ReportsOwnMetrics',
  'ReportsConnectionSettingsStatus',
];
const TAKES: readonly AgentCapabilityName[] = [...SENDS, 'AcceptsOpAMPConnectionSettings'];

interface AgentOptions {
  readonly capabilities?: readonly AgentCapabilityName[];
  readonly token?: string;
  readonly state?: ClientState | undefined;
  /** Throws where the agent cannot use the settings. */
  readonly settle?: (settings: OfferedConnectionSettings) => void | Promise<void>;
}

function startAgent(on: TestControlPlane, transport: Transport, options: AgentOptions = {}) {
  let { state } = options;
  const stateStore: ClientStateStore = {
    isDurable: true,
    load: () => state,
    save: (next) => {
      state = next;
    },
  };
  const offers: OfferedConnectionSettings[] = [];
  const { opampUrl } = on.plane;
  const client = createOpampClient({
    url: transport === 'websocket' ? opampUrl : opampUrl.replace(/^ws/, 'http'),
    stateStore,
    ...(options.token === undefined ? {} : { headers: { authorization: `Bearer ${options.token}` } }),
    description: { identifying: { 'service.name': 'otelcol' } },
    capabilities: options.capabilities ?? SENDS,
    heartbeatIntervalMs: 50,
    backoff: { initialMs: 20, maxMs: 100 },
    onConnectionSettings: (settings) => {
      offers.push(settings);
      return options.settle?.(settings);
    },
  });
  client.start();
  return {
    client,
    uid: client.instanceUid,
    offers,
    state: () => state,
    status: () => state?.settingsStatus?.status,
    [Symbol.asyncDispose]: () => client.stop(),
  };
}
type Agent = ReturnType<typeof startAgent>;

const settled = (agent: Agent, status: string) =>
  eventually(
    async () => agent.status(),
    (now) => now === status,
  );

/** Each message of the agent is an occasion to offer something. */
async function afterMoreMessages(on: TestControlPlane, agent: Agent): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const before = (await on.api.getAgent(agent.uid)).connection.lastMessageAt;
    agent.client.setHealth(create(ComponentHealthSchema, { healthy: round % 2 === 0 }));
    await eventually(
      () => on.api.getAgent(agent.uid),
      ({ connection }) => connection.lastMessageAt !== before,
    );
  }
}

function destinationOf({ offers }: Agent): { url: string; authorization: string } {
  const { ownMetrics } = offers.at(-1) ?? {};
  const { key, value } = ownMetrics?.headers?.headers[0] ?? { key: '', value: '' };
  expect(key).toBe('Authorization');
  return { url: ownMetrics?.destinationEndpoint ?? '', authorization: value };
}

function send({ url, authorization }: ReturnType<typeof destinationOf>, body: Uint8Array): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', authorization },
    body: Buffer.from(body),
  });
}

describe.each<Transport>(['websocket', 'http'])('own metrics over %s', (transport) => {
  it('an agent that can send them is told where with the first answer, once, with a token that serves for itself', async () => {
    await using server = await startTestControlPlane();
    await using agent = startAgent(server, transport);
    await settled(agent, 'applied');
    await afterMoreMessages(server, agent);
    expect(agent.offers).toHaveLength(1);
    const destination = destinationOf(agent);
    expect(destination.url).toBe(
      server.plane.opampUrl.replace(/^ws/, 'http').replace('/v1/opamp', '/v1/metrics'),
    );
    expect((await server.api.agentFlow(agent.uid)).at).toBeNull();
    expect((await send(destination, exportOf(agent.uid, 10))).status).toBe(200);
    const flow = await server.api.agentFlow(agent.uid);
    expect(flow).toMatchObject({ sent: null, queuePercent: 50, memoryBytes: 4096, byOwnToken: true });
    const known = await eventually(
      async () => {
        await send(destination, exportOf(agent.uid, 30));
        return server.api.agentFlow(agent.uid);
      },
      ({ sent }) => sent !== null,
    );
    expect(known.sent).toBeCloseTo(20 / (known.seconds ?? 0), 6);
    await expect(server.api.agentFlow(newInstanceUid())).rejects.toMatchObject({ status: 404 });
  });

  it('an agent that cannot is told nothing', async () => {
    await using server = await startTestControlPlane();
    await using agent = startAgent(server, transport, {
      capabilities: TAKES.filter((name) => name !== 'ReportsOwnMetrics'),
    });
    await eventually(
      () => server.api.stats(),
      ({ state }) => state.connected === 1,
    );
    await afterMoreMessages(server, agent);
    expect([agent.offers, agent.status()]).toEqual([[], undefined]);
  });

  it('what failed is not offered again, and the timeline says so', async () => {
    await using server = await startTestControlPlane();
    await using agent = startAgent(server, transport, {
      settle: () => {
        throw new Error('no way there');
      },
    });
    await settled(agent, 'failed');
    await eventually(
      () => server.api.agentEvents(agent.uid),
      ({ items }) =>
        items.some(({ kind, detail }) => kind === 'own_metrics_failed' && detail.includes('no way there')),
    );
    await afterMoreMessages(server, agent);
    expect(agent.offers).toHaveLength(1);
  });

  it('what failed is told once more where an operator says so, to one agent or to those of a filter that failed', async () => {
    await using server = await startTestControlPlane();
    const { api } = server;
    let isReachable = false;
    const settle = () => {
      if (!isReachable) throw new Error('no way there');
    };
    await using one = startAgent(server, transport, { settle });
    await using two = startAgent(server, transport, { settle });
    await using good = startAgent(server, transport);
    for (const [agent, status] of [
      [one, 'failed'],
      [two, 'failed'],
      [good, 'applied'],
    ] as const)
      await settled(agent, status);
    const offerOf = async ({ uid }: Agent) => (await api.agentFlow(uid)).offer;
    await eventually(
      () => offerOf(two),
      (offer) => offer?.state === 'failed',
    );
    expect(await offerOf(one)).toEqual({ state: 'failed', error: 'no way there' });
    expect(await offerOf(good)).toEqual({ state: 'applied', error: '' });
    await expect(api.retryOwnMetrics(good.uid)).rejects.toMatchObject({
      status: 409,
      problem: { code: 'own_metrics_not_failed' },
    });
    await expect(api.retryOwnMetrics(newInstanceUid())).rejects.toMatchObject({ status: 404 });
    // Still no way: it fails once more, and is left alone again.
    await api.retryOwnMetrics(one.uid);
    await eventually(
      async () => one.offers.length,
      (count) => count === 2,
    );
    await eventually(
      () => offerOf(one),
      (offer) => offer?.state === 'failed',
    );
    await afterMoreMessages(server, one);
    expect(one.offers).toHaveLength(2);
    isReachable = true;
    const selection = { filter: { selector: '' } };
    const preview = await api.previewOwnMetricsRetry({ selection });
    expect(preview).toMatchObject({ matched: 3, changed: 2, unchanged: 1, cannot: [] });
    await expect(api.retryAllOwnMetrics({ selection, atMost: 1 })).rejects.toMatchObject({
      problem: { code: 'selection_grown' },
    });
    expect(await api.retryAllOwnMetrics({ selection, atMost: 2 })).toEqual(preview);
    for (const agent of [one, two]) {
      await settled(agent, 'applied');
      await eventually(
        () => offerOf(agent),
        (offer) => offer?.state === 'applied',
      );
    }
    await afterMoreMessages(server, one);
    expect([one.offers.length, two.offers.length, good.offers.length]).toEqual([3, 2, 1]);
    expect((await send(destinationOf(one), exportOf(one.uid, 1))).status).toBe(200);
    expect(await api.previewOwnMetricsRetry({ selection })).toMatchObject({ changed: 0, unchanged: 3 });
  });

  it('comes together with a credential, and each has its own verdict', async () => {
    await using server = await startTestControlPlane({
      DROVER_AGENTS_ENROLMENT: 'token',
      DROVER_AGENTS_HEARTBEAT_INTERVAL: '1s',
    });
    const { token } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using good = startAgent(server, transport, { token, capabilities: TAKES });
    // It takes its time, so that the credential is offered to it together with what it cannot use.
    await using bad = startAgent(server, transport, {
      token,
      capabilities: TAKES,
      settle: async () => {
        await eventually(
          () => server.api.agentEvents(bad.uid),
          ({ items }) => items.some(({ kind }) => kind === 'credential_offered'),
        );
        throw new Error('no way there');
      },
    });
    for (const { uid } of [good, bad]) {
      await eventually(
        () => server.api.getAgent(uid).catch(() => undefined),
        (agent) => agent?.enrolment.credential === 'own' && agent.connection.state === 'connected',
      );
    }
    await settled(good, 'applied');
    await settled(bad, 'applied');
    await afterMoreMessages(server, bad);
    expect(bad.offers).toHaveLength(2);
    expect((await send(destinationOf(good), exportOf(good.uid, 1))).status).toBe(200);
    const failures = async (agent: Agent) =>
      (await server.api.agentEvents(agent.uid)).items.filter(({ kind }) => /failed$/.test(kind));
    expect(await failures(good)).toEqual([]);
    expect((await failures(bad)).map(({ kind }) => kind)).toEqual(['own_metrics_failed']);
  });

  it('is not offered again after a restart of the server, by which the token is the same', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-own-metrics-'));
    let state: ClientState | undefined;
    let destination: ReturnType<typeof destinationOf> | undefined;
    {
      await using server = await startTestControlPlane({}, dataDir);
      await using agent = startAgent(server, transport);
      await settled(agent, 'applied');
      // The status is stored with what else it reports.
      await eventually(
        () => server.api.getAgent(agent.uid),
        ({ connectionSettings }) => JSON.stringify(connectionSettings).includes('applied'),
      );
      destination = destinationOf(agent);
      state = agent.state();
    }
    {
      await using server = await startTestControlPlane(
        { DROVER_TELEMETRY_OWN_METRICS_URL: destination.url },
        dataDir,
      );
      await using agent = startAgent(server, transport, {
        state: {
          ...state,
          configuredUrl: server.plane.opampUrl.replace(/^ws/, transport === 'http' ? 'http' : 'ws'),
        },
      });
      await eventually(
        () => server.api.getAgent(agent.uid),
        ({ connection }) => connection.state === 'connected',
      );
      await afterMoreMessages(server, agent);
      expect(agent.offers).toEqual([]);
      const { authorization } = destination;
      const url = server.plane.opampUrl.replace(/^ws/, 'http').replace('/v1/opamp', '/v1/metrics');
      expect((await send({ url, authorization }, exportOf(agent.uid, 1))).status).toBe(200);
    }
    await rm(dataDir, { recursive: true, force: true });
  });
});

describe.each<Transport>(['websocket', 'http'])('own metrics taken back over %s', (transport) => {
  /** The same agent at the same control plane, once more, with other settings of the control plane. */
  async function again(
    before: { readonly agent: Agent; readonly dataDir: string },
    settings: Record<string, string>,
    options: AgentOptions,
    use: (server: TestControlPlane, agent: Agent) => Promise<void>,
  ): Promise<Agent> {
    await using server = await startTestControlPlane(settings, before.dataDir);
    const configuredUrl = server.plane.opampUrl.replace(/^ws/, transport === 'http' ? 'http' : 'ws');
    const state = { ...before.agent.state(), configuredUrl };
    await using agent = startAgent(server, transport, { ...options, state });
    await eventually(
      () => server.api.getAgent(agent.uid),
      ({ connection }) => connection.state === 'connected',
    );
    await use(server, agent);
    return agent;
  }

  async function told(dataDir: string, options: AgentOptions) {
    await using server = await startTestControlPlane({}, dataDir);
    await using agent = startAgent(server, transport, options);
    await eventually(
      async () => agent.offers.length,
      (count) => count === 1,
    );
    if (options.capabilities === undefined)
      await eventually(
        () => server.api.getAgent(agent.uid),
        ({ connectionSettings }) => JSON.stringify(connectionSettings).includes('applied'),
      );
    return { agent, url: destinationOf(agent).url };
  }

  it('from an agent that says it has them, once, when nobody is told any more; and told again when it is to be', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-own-metrics-'));
    // Behind the same address each time.
    const first = await told(dataDir, {});
    const url = { DROVER_TELEMETRY_OWN_METRICS_URL: first.url };
    const off = { ...url, DROVER_TELEMETRY_OWN_METRICS_OFFER: 'false' };
    const second = await again({ ...first, dataDir }, off, {}, async (server, agent) => {
      await eventually(
        async () => agent.offers.length,
        (count) => count === 1,
      );
      expect(agent.offers[0]?.ownMetrics).toMatchObject({ destinationEndpoint: '' });
      await eventually(
        async () => (await server.api.agentFlow(agent.uid)).offer,
        (offer) => offer?.state === 'taken_back',
      );
      await eventually(
        () => server.api.agentEvents(agent.uid),
        ({ items }) => items.some(({ kind }) => kind === 'own_metrics_ended'),
      );
      await afterMoreMessages(server, agent);
      expect(agent.offers).toHaveLength(1);
      await eventually(
        () => server.api.getAgent(agent.uid),
        ({ connectionSettings }) => JSON.stringify(connectionSettings).includes('applied'),
      );
    });
    const third = await again({ agent: second, dataDir }, off, {}, async (server, agent) => {
      await afterMoreMessages(server, agent);
      expect(agent.offers).toEqual([]);
      expect((await server.api.agentFlow(agent.uid)).offer?.state).toBe('taken_back');
    });
    await again({ agent: third, dataDir }, url, {}, async (_server, agent) => {
      await eventually(
        async () => agent.offers.length,
        (count) => count === 1,
      );
      expect(destinationOf(agent).url).toBe(first.url);
    });
    await rm(dataDir, { recursive: true, force: true });
  });

  it('that the agent cannot do is told once, and once more when an operator says so', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-own-metrics-'));
    const first = await told(dataDir, {});
    const settings = {
      DROVER_TELEMETRY_OWN_METRICS_URL: first.url,
      DROVER_TELEMETRY_OWN_METRICS_OFFER: 'false',
    };
    let isAble = false;
    const settle = () => {
      if (!isAble) throw new Error('an empty endpoint');
    };
    await again({ ...first, dataDir }, settings, { settle }, async (server, agent) => {
      const stateOf = async () => (await server.api.agentFlow(agent.uid)).offer?.state;
      await eventually(stateOf, (state) => state === 'failed');
      await afterMoreMessages(server, agent);
      expect(agent.offers).toHaveLength(1);
      isAble = true;
      await server.api.retryOwnMetrics(agent.uid);
      await settled(agent, 'applied');
      await eventually(stateOf, (state) => state === 'taken_back');
      expect(agent.offers.at(-1)?.ownMetrics).toMatchObject({ destinationEndpoint: '' });
    });
    await rm(dataDir, { recursive: true, force: true });
  });

  it('from one that says nothing of settings, when it is heard to send them', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-own-metrics-'));
    const capabilities = SENDS.filter((name) => name !== 'ReportsConnectionSettingsStatus');
    const first = await told(dataDir, { capabilities });
    const { authorization } = destinationOf(first.agent);
    const off = { DROVER_TELEMETRY_OWN_METRICS_OFFER: 'false' };
    await again({ ...first, dataDir }, off, { capabilities }, async (server, agent) => {
      await afterMoreMessages(server, agent);
      expect(agent.offers).toEqual([]);
      const url = server.plane.opampUrl.replace(/^ws/, 'http').replace('/v1/opamp', '/v1/metrics');
      expect((await send({ url, authorization }, exportOf(agent.uid, 1))).status).toBe(200);
      await afterMoreMessages(server, agent);
      await eventually(
        async () => agent.offers.length,
        (count) => count === 1,
      );
      expect(agent.offers[0]?.ownMetrics).toMatchObject({ destinationEndpoint: '' });
      await afterMoreMessages(server, agent);
      expect(agent.offers).toHaveLength(1);
    });
    await rm(dataDir, { recursive: true, force: true });
  });
});

describe('who is told', () => {
  it('nobody where the offer is off, and only those that the selector matches where there is one', async () => {
    await using off = await startTestControlPlane({ DROVER_TELEMETRY_OWN_METRICS_OFFER: 'false' });
    await using some = await startTestControlPlane({
      DROVER_TELEMETRY_OWN_METRICS_SELECTOR: 'label:ring=canary',
    });
    await using left = startAgent(off, 'websocket');
    await using agent = startAgent(some, 'websocket');
    for (const [server, each] of [
      [off, left],
      [some, agent],
    ] as const) {
      await eventually(
        () => server.api.stats(),
        ({ state }) => state.connected === 1,
      );
      await afterMoreMessages(server, each);
      expect(each.offers).toEqual([]);
    }
    await some.api.patchAgent(agent.uid, { labels: { ring: 'canary' } });
    await settled(agent, 'applied');
    expect(agent.offers).toHaveLength(1);
    await some.api.patchAgent(agent.uid, { labels: {} });
    await eventually(
      async () => agent.offers.length,
      (count) => count === 2,
    );
    expect(agent.offers[1]?.ownMetrics).toMatchObject({ destinationEndpoint: '' });
    await eventually(
      async () => (await some.api.agentFlow(agent.uid)).offer,
      (offer) => offer?.state === 'taken_back',
    );
    await afterMoreMessages(some, agent);
    expect(agent.offers).toHaveLength(2);
  });

  it('an agent that an operator shut out sends nothing any more, and has another token when it is let in again', async () => {
    await using server = await startTestControlPlane();
    await using agent = startAgent(server, 'websocket');
    await settled(agent, 'applied');
    const before = destinationOf(agent);
    await server.api.revokeAgent(agent.uid);
    expect((await send(before, exportOf(agent.uid, 1))).status).toBe(401);
    await server.api.approveAgent(agent.uid);
    expect((await send(before, exportOf(agent.uid, 1))).status).toBe(401);
    await eventually(
      async () => agent.offers.length,
      (count) => count === 2,
    );
    await settled(agent, 'applied');
    expect((await send(destinationOf(agent), exportOf(agent.uid, 1))).status).toBe(200);
  });

  it('the token is taken out of what the agent reports', async () => {
    await using server = await startTestControlPlane();
    await using agent = startAgent(server, 'websocket');
    await settled(agent, 'applied');
    const { authorization } = destinationOf(agent);
    const lastError = `cannot send with ${authorization}`;
    agent.client.setHealth(create(ComponentHealthSchema, { healthy: false, lastError }));
    const shown = await eventually(
      () => server.api.getAgent(agent.uid),
      ({ health }) => health?.lastError !== undefined && health.lastError !== '',
    );
    expect(shown.health?.lastError).toMatch(/^cannot send with Bearer \S+$/);
    expect(shown.health?.lastError).not.toContain('drv_metrics_');
  });
});
