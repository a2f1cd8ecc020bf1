import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent as AgentView } from '@drover/api';
import { newInstanceUid } from '@drover/opamp';
import {
  type ClientState,
  type ClientStateStore,
  createOpampClient,
  type OpampClientOptions,
} from '@drover/opamp/client';
import { describe, expect, it, vi } from 'vitest';
import { attempt } from '../testing/attempt.ts';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 30_000 });

type Transport = 'websocket' | 'http';

const TAKES = [
  'ReportsStatus',
  'AcceptsRemoteConfig',
  'ReportsRemoteConfig',
  'ReportsHeartbeat',
  'AcceptsRestartCommand',
  'AcceptsOpAMPConnectionSettings',
  'ReportsConnectionSettingsStatus',
] as const;
/** Pollers come once in each interval, which they are given with their credential. */
const BY_TOKEN = { DROVER_AGENTS_ENROLMENT: 'token', DROVER_AGENTS_HEARTBEAT_INTERVAL: '1s' } as const;

const TAKES_NO_SETTINGS = ['ReportsStatus', 'AcceptsRemoteConfig', 'ReportsRemoteConfig'] as const;

function urlFor(on: TestControlPlane, transport: Transport): string {
  return transport === 'websocket' ? on.plane.opampUrl : on.plane.opampUrl.replace(/^ws/, 'http');
}

interface Agent extends AsyncDisposable {
  readonly uid: string;
  readonly applied: string[];
  readonly errors: string[];
  /** What it has stored; its credential among it. */
  readonly state: () => ClientState | undefined;
  readonly authorization: () => string;
  readonly isConnected: () => boolean;
  stop(): Promise<void>;
}

/** An agent of the released client that applies what it is offered. `state` is what an earlier one had stored. */
function startAgent(
  on: TestControlPlane,
  transport: Transport,
  token: string | undefined,
  options: Partial<OpampClientOptions> & { readonly state?: ClientState | undefined } = {},
): Agent {
  const { state: stored, ...rest } = options;
  let state = stored;
  const stateStore: ClientStateStore = {
    isDurable: true,
    load: () => state,
    save: (next) => {
      state = next;
    },
  };
  const agent = { applied: [] as string[], errors: [] as string[] };
  const client = createOpampClient({
    url: urlFor(on, transport),
    stateStore,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    description: { identifying: { 'service.name': 'otelcol' }, nonIdentifying: { 'host.name': 'web-1' } },
    capabilities: TAKES,
    heartbeatIntervalMs: 50,
    backoff: { initialMs: 20, maxMs: 100 },
    onRemoteConfig: ({ hash, files }) => {
      agent.applied.push([...(files ?? [])].map(([, file]) => Buffer.from(file.body).toString()).join());
      client.setRemoteConfigStatus({ hash, status: 'applied' });
    },
    onConnectFailed: (error) => agent.errors.push(error.message),
    ...rest,
  });
  client.start();
  return Object.assign(agent, {
    uid: client.instanceUid as string,
    state: () => state,
    authorization: () => state?.settings?.headers?.Authorization ?? '',
    isConnected: () => client.isConnected,
    stop: () => client.stop(),
    [Symbol.asyncDispose]: () => client.stop(),
  });
}

const shown = (on: TestControlPlane, uid: string, isSo: (agent: AgentView) => boolean = () => true) =>
  eventually(
    () => on.api.getAgent(uid).catch(() => undefined),
    (agent) => agent !== undefined && isSo(agent),
  ) as Promise<AgentView>;

const hasOwn = ({ enrolment, connection }: AgentView): boolean =>
  enrolment.credential === 'own' && connection.state === 'connected';

const attemptOn = (
  on: TestControlPlane,
  transport: Transport,
  uid: string,
  authorization: string | undefined,
): Promise<number> => attempt(urlFor(on, transport), uid, authorization);

/** The WebSocket handshake is refused, or the link is closed with its first message, which names the agent. */
const REFUSED = { websocket: 1008, http: 401 } as const;

describe.each<Transport>(['websocket', 'http'])('approval over %s', (transport) => {
  it('lets everybody report, and gives nothing to anybody before an operator approves', async () => {
    await using server = await startTestControlPlane({ DROVER_AGENTS_ENROLMENT: 'approval' });
    await server.api.putConfig('edge', { body: 'receivers: {}' });
    await server.api.createRollout({
      target: { kind: 'config', name: 'edge' },
      selector: 'service.name=otelcol',
      strategy: { kind: 'all' },
    });
    await using agent = startAgent(server, transport, undefined);
    const waiting = await shown(
      server,
      agent.uid,
      ({ description }) => 'service.name' in description.identifying,
    );
    expect(waiting.enrolment).toEqual({
      state: 'pending',
      decidedBy: null,
      decidedAt: null,
      credential: 'none',
      enrolmentToken: null,
      takesCredentials: true,
    });
    expect((await server.api.listAgents({ enrolment: ['pending'] })).items).toMatchObject([
      { instanceUid: agent.uid },
    ]);
    expect((await server.api.stats()).enrolment).toEqual({
      approved: 0,
      pending: 1,
      rejected: 0,
      revoked: 0,
    });
    await expect(server.api.commandAgent(agent.uid, { type: 'restart' })).rejects.toMatchObject({
      code: 'agent_not_approved',
    });
    const preview = await server.api.previewRollout({
      target: { kind: 'config', name: 'edge' },
      selector: '',
      strategy: { kind: 'all' },
    });
    expect(preview.cannot).toMatchObject({
      count: 1,
      agents: [{ reason: 'the agent is waiting for approval' }],
    });
    expect([agent.applied, agent.authorization()]).toEqual([[], '']);

    const approved = await server.api.approveAgent(agent.uid);
    expect(approved.enrolment).toMatchObject({ state: 'approved', decidedBy: 'admin' });
    await shown(server, agent.uid, hasOwn);
    await eventually(
      async () => agent.applied,
      (applied) => applied.includes('receivers: {}'),
    );
    expect(agent.authorization()).toMatch(/^Bearer drv_agent_/);
    const kinds = (await server.api.agentEvents(agent.uid)).items.map(({ kind }) => kind);
    for (const kind of ['approval_pending', 'approved', 'credential_offered', 'credential_used'])
      expect(kinds).toContain(kind);
    expect(server.logged).toContainEqual(
      expect.objectContaining({ msg: 'agent approved', agent: agent.uid, author: 'admin' }),
    );
    const secret = agent.authorization().slice('Bearer '.length);
    expect(JSON.stringify(server.logged)).not.toContain(secret);
    // The uid alone proves nothing any more; what tried to come by it stands in the timeline, once.
    for (let count = 0; count < 3; count += 1)
      expect(await attemptOn(server, transport, agent.uid, undefined)).toBe(REFUSED[transport]);
    const { items } = await server.api.agentEvents(agent.uid);
    const refused = items.filter(({ kind }) => kind === 'refused');
    expect(refused.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('has a credential of its own'),
    ]);
  });

  it('of a token that approves is not needed, and is still needed with one that does not', async () => {
    await using server = await startTestControlPlane({ DROVER_AGENTS_ENROLMENT: 'approval' });
    const trusted = await server.api.createEnrolmentToken({ name: 'trusted', autoApprove: true });
    const plain = await server.api.createEnrolmentToken({ name: 'plain' });
    await using let_in = startAgent(server, transport, trusted.token);
    await using waits = startAgent(server, transport, plain.token);
    const own = await shown(server, let_in.uid, hasOwn);
    expect(own.enrolment).toMatchObject({ state: 'approved', decidedBy: 'enrolment token "trusted"' });
    const waiting = await shown(server, waits.uid);
    expect(waiting.enrolment).toMatchObject({
      state: 'pending',
      credential: 'shared',
      enrolmentToken: { id: plain.id, name: 'plain' },
    });
    expect(await attemptOn(server, transport, newInstanceUid(), 'Bearer drv_enrol_wrong')).toBe(401);
  });

  it('that is denied ends the connection at once and for later, until an operator thinks better of it', async () => {
    await using server = await startTestControlPlane({ DROVER_AGENTS_ENROLMENT: 'approval' });
    await using agent = startAgent(server, transport, undefined);
    await shown(server, agent.uid, ({ connection }) => connection.state === 'connected');
    await server.api.rejectAgent(agent.uid);
    const gone = await shown(server, agent.uid);
    expect([gone.connection.state, gone.enrolment.state]).toEqual(['disconnected', 'rejected']);
    expect(await attemptOn(server, transport, agent.uid, undefined)).toBe(REFUSED[transport]);
    await server.api.approveAgent(agent.uid);
    await shown(server, agent.uid, hasOwn);
  });

  it('waits for no more agents than agents.maxPending', async () => {
    await using server = await startTestControlPlane({
      DROVER_AGENTS_ENROLMENT: 'approval',
      DROVER_AGENTS_MAX_PENDING: '1',
    });
    const first = newInstanceUid();
    expect(await attemptOn(server, transport, first, undefined)).toBe(200);
    const tooMany = { websocket: 1013, http: 503 } as const;
    expect(await attemptOn(server, transport, newInstanceUid(), undefined)).toBe(tooMany[transport]);
    expect(await attemptOn(server, transport, first, undefined)).toBe(200);
  });
});

describe.each<Transport>(['websocket', 'http'])('credentials of agents over %s', (transport) => {
  it('are offered at once to agents that come with a shared token, each its own, and then bind the uid', async () => {
    await using server = await startTestControlPlane(BY_TOKEN);
    const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using one = startAgent(server, transport, token);
    await using two = startAgent(server, transport, token);
    for (const { uid } of [one, two]) await shown(server, uid, hasOwn);
    expect(one.authorization()).not.toBe(two.authorization());
    expect((await server.api.getEnrolmentToken(id)).agents).toEqual({ connected: 0, known: 0 });
    expect((await server.api.stats()).credential).toMatchObject({ own: 2, shared: 0 });
    const shared = `Bearer ${token}`;
    expect(await attemptOn(server, transport, one.uid, shared), 'the shared token').toBe(REFUSED[transport]);
    expect(await attemptOn(server, transport, one.uid, two.authorization()), 'of another').toBe(
      REFUSED[transport],
    );
    expect(await attemptOn(server, transport, newInstanceUid(), one.authorization())).toBe(
      REFUSED[transport],
    );
    expect(await attemptOn(server, transport, newInstanceUid(), shared), 'somebody new').toBe(200);
    expect((await shown(server, one.uid)).connection.state).toBe('connected');
  });

  it('are not offered to agents that take none: they keep the token, and the list says so', async () => {
    await using server = await startTestControlPlane(BY_TOKEN);
    const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using agent = startAgent(server, transport, token, { capabilities: TAKES_NO_SETTINGS });
    await shown(server, agent.uid, ({ connection }) => connection.state === 'connected');
    const { items } = await server.api.listAgents({ credential: ['shared'], enrolmentToken: id });
    expect(items).toMatchObject([
      {
        instanceUid: agent.uid,
        enrolment: { state: 'approved', credential: 'shared', takesCredentials: false },
      },
    ]);
    expect((await server.api.getEnrolmentToken(id)).agents).toEqual({ connected: 1, known: 1 });
    await expect(server.api.rotateCredential(agent.uid)).rejects.toMatchObject({
      code: 'capability_missing',
    });
  });

  it('serve over a restart of either side, without the token', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-server-'));
    const env = BY_TOKEN;
    try {
      let state: ClientState | undefined;
      let uid = '';
      let listen = '';
      {
        await using server = await startTestControlPlane(env, dataDir);
        listen = new URL(server.plane.opampUrl).host;
        const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
        await using agent = startAgent(server, transport, token);
        uid = agent.uid;
        await shown(server, uid, hasOwn);
        await server.api.deleteEnrolmentToken(id);
        expect((await shown(server, uid)).connection.state).toBe('connected');
        await agent.stop();
        state = agent.state();
      }
      await using server = await startTestControlPlane({ ...env, DROVER_OPAMP_LISTEN: listen }, dataDir);
      await using agent = startAgent(server, transport, 'drv_enrol_gone', { state });
      expect((await shown(server, uid, hasOwn)).enrolment.state).toBe('approved');
      expect(agent.uid).toBe(uid);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('are rotated with overlap', async () => {
    await using server = await startTestControlPlane(BY_TOKEN);
    const { token } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using agent = startAgent(server, transport, token);
    await shown(server, agent.uid, hasOwn);
    const before = agent.authorization();
    const next = await server.api.rotateCredential(agent.uid);
    expect(next).toMatchObject({ instanceUid: agent.uid, createdBy: 'admin' });
    await eventually(
      () => server.api.agentCredentials(agent.uid),
      ({ items }) => items.length === 1 && items[0]?.id === next.id && items[0].state === 'active',
    );
    expect(agent.authorization()).not.toBe(before);
    expect(await attemptOn(server, transport, agent.uid, before)).toBe(401);
  });

  it('that cannot be used are void, and the agent goes on with what it has', async () => {
    await using server = await startTestControlPlane({
      ...BY_TOKEN,
      // Nobody listens there, so that the agent's trial fails.
      DROVER_OPAMP_PUBLIC_URL: 'http://127.0.0.1:1/v1/opamp',
    });
    const { token } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using agent = startAgent(server, transport, token, { settingsTrialMs: 300 });
    const view = await shown(
      server,
      agent.uid,
      ({ enrolment, connection }) => enrolment.credential === 'failed' && connection.state === 'connected',
    );
    expect(view.enrolment.enrolmentToken?.name).toBe('edge');
    const { items } = await server.api.agentCredentials(agent.uid);
    expect(items).toMatchObject([{ state: 'failed', errorMessage: expect.stringContaining('ECONNREFUSED') }]);
  });
});

describe.each<Transport>(['websocket', 'http'])('revocation over %s', (transport) => {
  it('ends the connection at once, and holds over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-server-'));
    const env = BY_TOKEN;
    try {
      let [uid, own, shared] = ['', '', ''];
      {
        await using server = await startTestControlPlane(env, dataDir);
        const { token } = await server.api.createEnrolmentToken({ name: 'edge' });
        shared = `Bearer ${token}`;
        await using agent = startAgent(server, transport, token);
        uid = agent.uid;
        await shown(server, uid, hasOwn);
        own = agent.authorization();
        const [credential] = (await server.api.agentCredentials(uid)).items;
        await server.api.deleteCredential(uid, credential?.id ?? '');
        const gone = await shown(server, uid);
        expect([gone.connection.state, gone.enrolment.state]).toEqual(['disconnected', 'revoked']);
        await eventually(
          async () => agent.errors.length,
          (count) => count > 0,
        );
        expect(agent.errors[0]).toContain('401');
        expect(await attemptOn(server, transport, uid, own)).toBe(401);
        expect(await attemptOn(server, transport, uid, shared)).toBe(REFUSED[transport]);
        const kinds = (await server.api.agentEvents(uid)).items.map(({ kind }) => kind);
        expect(
          kinds
            .filter((kind) => kind !== 'refused')
            .slice(0, 3)
            .sort(),
        ).toEqual(['credential_revoked', 'disconnected', 'revoked']);
        expect(server.logged).toContainEqual(
          expect.objectContaining({ msg: 'agent revoked', agent: uid, author: 'admin' }),
        );
      }
      await using server = await startTestControlPlane(env, dataDir);
      expect(await attemptOn(server, transport, uid, own)).toBe(401);
      expect(await attemptOn(server, transport, uid, shared)).toBe(REFUSED[transport]);
      await server.api.approveAgent(uid);
      expect(await attemptOn(server, transport, uid, own)).toBe(401);
      expect(await attemptOn(server, transport, uid, shared)).toBe(200);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('of an enrolment token ends the connections of those who have nothing else', async () => {
    await using server = await startTestControlPlane(BY_TOKEN);
    const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using own = startAgent(server, transport, token);
    await using shared = startAgent(server, transport, token, { capabilities: TAKES_NO_SETTINGS });
    await shown(server, own.uid, hasOwn);
    await shown(server, shared.uid, ({ connection }) => connection.state === 'connected');
    await server.api.deleteEnrolmentToken(id);
    expect((await shown(server, shared.uid)).connection.state).toBe('disconnected');
    expect((await shown(server, own.uid)).connection.state).toBe('connected');
    await eventually(
      async () => shared.errors.length,
      (count) => count > 0,
    );
    expect(shared.errors[0]).toContain('401');
    const { items } = await server.api.agentEvents(shared.uid);
    expect(items.find(({ kind }) => kind === 'access_ended')?.detail).toContain('was deleted by admin');
  });

  it('by the expiry of an enrolment token does the same', async () => {
    await using server = await startTestControlPlane(BY_TOKEN);
    const expiresAt = new Date(Date.now() + 1500).toISOString();
    const { token } = await server.api.createEnrolmentToken({ name: 'short', expiresAt });
    await using agent = startAgent(server, transport, token, { capabilities: TAKES_NO_SETTINGS });
    await shown(server, agent.uid, ({ connection }) => connection.state === 'connected');
    await shown(server, agent.uid, ({ connection }) => connection.state === 'disconnected');
    expect(await attemptOn(server, transport, agent.uid, `Bearer ${token}`)).toBe(401);
  });
});

it('several agents are approved together, after a preview that names them', async () => {
  await using server = await startTestControlPlane({ DROVER_AGENTS_ENROLMENT: 'approval' });
  const uids = [newInstanceUid(), newInstanceUid(), newInstanceUid()];
  for (const uid of uids) expect(await attemptOn(server, 'http', uid, undefined)).toBe(200);
  const [first, ...others] = uids;
  await server.api.rejectAgent(first ?? '');
  const preview = await server.api.previewEnrolment('approve', { selector: '' });
  expect(preview).toMatchObject({ matched: 3, changed: 2, cannot: [{ count: 1 }] });
  expect([...preview.instanceUids].sort()).toEqual([...others].sort());
  expect((await server.api.stats()).enrolment).toMatchObject({ pending: 2 });
  const done = await server.api.decideEnrolment('approve', { instanceUids: preview.instanceUids });
  expect(done.changed).toBe(2);
  expect((await server.api.stats()).enrolment).toMatchObject({ pending: 0, approved: 2, rejected: 1 });
  for (const wrong of [{}, { selector: '', instanceUids: uids }, { selector: '(' }])
    await expect(server.api.decideEnrolment('approve', wrong)).rejects.toMatchObject({ status: 400 });
});
