import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '@drover/api';
import {
  type ClientState,
  type ClientStateStore,
  createOpampClient,
  fileStateStore,
  type OpampClientOptions,
} from '@drover/opamp/client';
import { describe, expect, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, Program, processesWith, ROOT } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { IDLE } from './support/supervised.ts';

type Transport = 'websocket' | 'http';

const TAKES = [
  'ReportsStatus',
  'AcceptsRemoteConfig',
  'ReportsRemoteConfig',
  'ReportsHeartbeat',
  'AcceptsOpAMPConnectionSettings',
  'ReportsConnectionSettingsStatus',
] as const;
const BY_TOKEN = { DROVER_AGENTS_ENROLMENT: 'token', DROVER_AGENTS_HEARTBEAT_INTERVAL: '1s' };
const BY_APPROVAL = { DROVER_AGENTS_ENROLMENT: 'approval', DROVER_AGENTS_HEARTBEAT_INTERVAL: '1s' };

const urlFor = ({ opampUrl }: RunningServer, transport: Transport): string =>
  transport === 'websocket' ? opampUrl : opampUrl.replace(/^ws/, 'http');

interface TestAgent extends AsyncDisposable {
  readonly uid: string;
  readonly failures: string[];
  stop(): Promise<void>;
}

/** An agent of the released client whose state is in `stateStore`. */
function startAgent(
  url: string,
  stateStore: ClientStateStore,
  token: string | undefined,
  options: Partial<OpampClientOptions> = {},
): TestAgent {
  const failures: string[] = [];
  const client = createOpampClient({
    url,
    stateStore,
    ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    description: { identifying: { 'service.name': 'otelcol' } },
    capabilities: TAKES,
    heartbeatIntervalMs: 200,
    settingsTrialMs: 1500,
    backoff: { initialMs: 50, maxMs: 300 },
    onRemoteConfig: ({ hash }) => client.setRemoteConfigStatus({ hash, status: 'applied' }),
    onConnectFailed: (error) => failures.push(error.message),
    ...options,
  });
  client.start();
  return {
    uid: client.instanceUid,
    failures,
    stop: () => client.stop(),
    [Symbol.asyncDispose]: () => client.stop(),
  };
}

/** Calls `then` once, before the candidate of an offer is tried. */
function whenOffered(store: ClientStateStore, then: () => void): ClientStateStore {
  let isDone = false;
  return {
    isDurable: store.isDurable,
    load: () => store.load(),
    save: (state: ClientState) => {
      store.save(state);
      if (state.candidate === undefined || isDone) return;
      isDone = true;
      then();
    },
  };
}

const shown = (server: RunningServer, uid: string, isSo: (agent: Agent) => boolean): Promise<Agent> =>
  eventually('the agent stands so', async () => {
    const agent = await server.api.getAgent(uid);
    return isSo(agent) ? agent : undefined;
  });
const hasOwn = ({ enrolment, connection }: Agent): boolean =>
  enrolment.credential === 'own' && connection.state === 'connected';
const isConnected = ({ connection }: Agent): boolean => connection.state === 'connected';

/** The addresses that a server listened on, for the next one in its place. */
const placeOf = ({ opampUrl, httpUrl }: RunningServer) => ({
  opampListen: new URL(opampUrl).host,
  httpListen: new URL(httpUrl).host,
});

function drover(
  server: RunningServer,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { DROVER_URL: _url, DROVER_TOKEN: _token, ...rest } = process.env;
  const env = { ...rest, NODE_OPTIONS: '', DROVER_URL: server.httpUrl, DROVER_TOKEN: server.token };
  return new Promise((done) => {
    execFile(process.execPath, [`${ROOT}packages/cli/bin/drover.js`, ...args], { env }, (error, out, err) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

describe.each<Transport>(['websocket', 'http'])('a kill -9 over %s', (transport) => {
  test('of the server between offer and use shuts nobody out: the agent is offered another credential', async () => {
    await using folder = await temporaryFolder('enrolment');
    const dataDir = join(folder.path, 'data');
    const first = await startServer({ dataDir, env: BY_TOKEN });
    const { token } = await first.api.createEnrolmentToken({ name: 'edge' });
    const store = fileStateStore(join(folder.path, 'agent.json'));
    const killing = whenOffered(store, () => first.program.child.kill('SIGKILL'));
    await using agent = startAgent(urlFor(first, transport), killing, token);
    await eventually('the server is gone', () => first.program.hasExited);
    await eventually('the agent is back on what it had', () => store.load()?.candidate === undefined);
    await using second = await startServer({ dataDir, env: BY_TOKEN, ...placeOf(first) });
    await shown(second, agent.uid, hasOwn);
    const { items } = await second.api.agentCredentials(agent.uid);
    expect(items.map(({ state }) => state)).toEqual(['active']);
  });

  test('of server and agent between offer and use shuts nobody out: what the agent had stored serves', async () => {
    await using folder = await temporaryFolder('enrolment');
    const dataDir = join(folder.path, 'data');
    const first = await startServer({ dataDir, env: BY_TOKEN });
    const { token, id } = await first.api.createEnrolmentToken({ name: 'edge' });
    const store = fileStateStore(join(folder.path, 'agent.json'));
    const copy = join(folder.path, 'copy.json');
    const killing = whenOffered(store, () => {
      // What the disk holds when both die now.
      fileStateStore(copy).save(store.load() as ClientState);
      first.program.child.kill('SIGKILL');
    });
    const before = startAgent(urlFor(first, transport), killing, token);
    await eventually('the server is gone', () => first.program.hasExited);
    await before.stop();
    await using second = await startServer({ dataDir, env: BY_TOKEN, ...placeOf(first) });
    // The token is gone: nothing but the credential of the offer lets the agent in.
    await second.api.deleteEnrolmentToken(id);
    await using agent = startAgent(urlFor(second, transport), fileStateStore(copy), token);
    expect(agent.uid).toBe(before.uid);
    await shown(second, agent.uid, hasOwn);
  });

  test('right after a revocation leaves it revoked, and right after an approval approved', async () => {
    await using folder = await temporaryFolder('enrolment');
    const dataDir = join(folder.path, 'data');
    const first = await startServer({ dataDir, env: BY_APPROVAL });
    const store = fileStateStore(join(folder.path, 'agent.json'));
    await using agent = startAgent(urlFor(first, transport), store, undefined);
    await shown(first, agent.uid, isConnected);
    await first.api.approveAgent(agent.uid);
    await first.program.end('SIGKILL');

    const second = await startServer({ dataDir, env: BY_APPROVAL, ...placeOf(first) });
    expect((await second.api.getAgent(agent.uid)).enrolment).toMatchObject({
      state: 'approved',
      decidedBy: 'admin',
    });
    await shown(second, agent.uid, hasOwn);
    await second.api.revokeAgent(agent.uid);
    expect((await second.api.getAgent(agent.uid)).connection.state).toBe('disconnected');
    await second.program.end('SIGKILL');

    await using third = await startServer({ dataDir, env: BY_APPROVAL, ...placeOf(first) });
    agent.failures.length = 0;
    await eventually('the agent is refused', () => agent.failures.some((text) => text.includes('401')));
    expect(await third.api.getAgent(agent.uid)).toMatchObject({
      connection: { state: 'disconnected' },
      enrolment: { state: 'revoked' },
    });
  });
});

test('drover lists who waits, approves and rejects with a preview, and deletes a token with what that does', async () => {
  await using folder = await temporaryFolder('enrolment');
  await using server = await startServer({ dataDir: join(folder.path, 'data'), env: BY_APPROVAL });
  const made = await drover(server, 'tokens', 'create', 'edge', '--auto-approve');
  const token = made.out.trim();
  const state = (name: string): ClientStateStore => fileStateStore(join(folder.path, `${name}.json`));
  const url = urlFor(server, 'websocket');
  await using one = startAgent(url, state('one'), undefined);
  await using two = startAgent(url, state('two'), undefined);
  await using trusted = startAgent(url, state('trusted'), token, {
    capabilities: ['ReportsStatus', 'AcceptsRemoteConfig'],
  });
  for (const { uid } of [one, two, trusted]) await shown(server, uid, isConnected);

  const waiting = await drover(server, 'agents', 'list', '--enrolment', 'pending', '-o', 'name');
  expect(waiting.out.trim().split('\n').sort()).toEqual([one.uid, two.uid].sort());
  expect((await drover(server, 'agents', 'list')).out).toMatch(/ENROLMENT/);
  const preview = await drover(server, 'agents', 'approve', '-l', '', '--preview');
  expect(preview.out).toBe('3 agents match, 2 would be approved\n  1 already stand so\n');
  const unasked = await drover(server, 'agents', 'approve', '-l', '');
  expect([unasked.code, unasked.err.includes('give --yes')]).toEqual([2, true]);
  expect(unasked.err).toContain(one.uid);
  expect((await server.api.stats()).enrolment.pending).toBe(2);

  expect((await drover(server, 'agents', 'reject', two.uid, '--yes')).out).toBe('1 agent rejected\n');
  expect((await drover(server, 'agents', 'approve', '-l', '', '--yes')).out).toBe('1 agent approved\n');
  await shown(server, one.uid, hasOwn);
  expect((await drover(server, 'agents', 'get', one.uid)).out).toMatch(
    /Credential: +a credential of its own/,
  );
  const shared = await drover(server, 'agents', 'get', trusted.uid);
  expect(shared.out).toContain('shares enrolment token "edge"; takes no credential of its own');
  const refused = await drover(server, 'agents', 'rotate', trusted.uid);
  expect([refused.code, refused.err.includes('AcceptsOpAMPConnectionSettings')]).toEqual([1, true]);
  expect((await drover(server, 'credentials', '-o', 'json')).out).toContain(one.uid);

  const asked = await drover(server, 'tokens', 'delete', 'edge');
  expect(asked.err).toContain('1 agent connected by it');
  expect((await drover(server, 'tokens', 'delete', 'edge', '--yes')).code).toBe(0);
  expect((await server.api.getAgent(trusted.uid)).connection.state).toBe('disconnected');
  expect((await server.api.getAgent(one.uid)).connection.state).toBe('connected');
  expect((await drover(server, 'agents', 'revoke', one.uid, '--yes')).out).toBe('1 agent revoked\n');
  expect((await server.api.getAgent(one.uid)).connection.state).toBe('disconnected');
});

describeWithCollector('drover-supervisor', () => {
  test('asks for a client certificate, comes by it alone, and is refused with it once it is revoked', async () => {
    await using folder = await temporaryFolder('enrolment');
    const tls = (name: string): string => `${ROOT}packages/server/src/testing/tls/${name}.pem`;
    await using server = await startServer({
      dataDir: join(folder.path, 'data'),
      env: {
        ...BY_TOKEN,
        DROVER_OPAMP_TLS_CERT_FILE: tls('server-cert'),
        DROVER_OPAMP_TLS_KEY_FILE: tls('server-key'),
        DROVER_AGENTS_CERTIFICATES_ISSUE: 'true',
      },
    });
    const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
    const settings = {
      server: {
        endpoint: server.opampUrl,
        headers: { Authorization: `Bearer ${token}` },
        tls: { ca_file: tls('ca-cert') },
        connection_settings: { request_certificate: true },
      },
      agent: { executable: COLLECTOR },
      capabilities: { accepts_opamp_connection_settings: true },
    };
    await writeFile(join(folder.path, 'supervisor.yaml'), JSON.stringify(settings));
    await writeFile(join(folder.path, 'effective.yaml'), IDLE);
    await using supervisor = new Program(
      'drover-supervisor',
      'packages/supervisor/bin/drover-supervisor.js',
      { cwd: folder.path },
    );
    const uid = await eventually('the certificate is in use', async () => {
      const [agent] = (await server.api.listAgents()).items;
      if (agent === undefined) return undefined;
      const { items } = await server.api.agentCredentials(agent.instanceUid);
      const isSettled = items.length === 1 && items[0]?.kind === 'certificate' && items[0].state === 'active';
      return isSettled && agent.instanceUid;
    });
    await shown(server, uid, hasOwn);
    const stored = readFileSync(join(folder.path, 'storage', 'connection.json'), 'utf8');
    expect(stored).toContain('BEGIN CERTIFICATE');
    await server.api.deleteEnrolmentToken(id);
    expect((await server.api.getAgent(uid)).connection.state).toBe('connected');
    await server.api.revokeAgent(uid);
    await shown(server, uid, (agent) => !isConnected(agent));
    await supervisor.until('the refusal is logged', ({ stderr }) => stderr.includes('401') || undefined);
  });

  test.each<Transport>(['websocket', 'http'])(
    'over %s takes a credential of its own, keeps it over restarts, and leaves its Collector alone when it is revoked',
    async (transport) => {
      await using folder = await temporaryFolder('enrolment');
      await using server = await startServer({ dataDir: join(folder.path, 'data'), env: BY_TOKEN });
      const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
      const settings = {
        server: { endpoint: urlFor(server, transport), headers: { Authorization: `Bearer ${token}` } },
        agent: { executable: COLLECTOR },
        capabilities: { accepts_remote_config: true, accepts_opamp_connection_settings: true },
      };
      await writeFile(join(folder.path, 'supervisor.yaml'), JSON.stringify(settings));
      await writeFile(join(folder.path, 'effective.yaml'), IDLE);
      const start = (): Program =>
        new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
          cwd: folder.path,
        });
      const first = start();
      const { uid } = await eventually('the agent is there', async () => {
        const { items } = await server.api.listAgents();
        return items[0] && { uid: items[0].instanceUid };
      });
      await shown(server, uid, hasOwn);
      const stored = readFileSync(join(folder.path, 'storage', 'connection.json'), 'utf8');
      expect(stored).toMatch(/Bearer drv_agent_/);
      await server.api.deleteEnrolmentToken(id);
      expect((await server.api.getAgent(uid)).connection.state).toBe('connected');
      await first.end();
      await using second = start();
      await shown(server, uid, hasOwn);

      await server.api.rotateCredential(uid);
      await eventually('the next one is in use', async () => {
        const { items } = await server.api.agentCredentials(uid);
        return items.length === 1 && items[0]?.state === 'active' && items[0].createdBy === 'admin';
      });
      await shown(server, uid, hasOwn);
      const collectors = await processesWith(join(folder.path, 'storage', 'effective.yaml'));
      await server.api.revokeAgent(uid);
      await shown(server, uid, (agent) => !isConnected(agent));
      await second.until('the refusal is logged', ({ stderr }) => stderr.includes('401') || undefined);
      expect(await processesWith(join(folder.path, 'storage', 'effective.yaml'))).toEqual(collectors);
      expect(collectors).toHaveLength(1);
    },
  );
});
