import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpampClientOptions } from '../client/client-options.ts';
import { type ClientStateStore, fileStateStore } from '../client/client-state.ts';
import { targetOf } from '../client/connection-target.ts';
import {
  ConnectionSettingsOffersSchema,
  type ConnectionSettingsStatus,
  ConnectionSettingsStatuses,
  ConnectionSettingsStatusSchema,
  OpAMPConnectionSettingsSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { reportedHashes } from '../server/reported-hashes.ts';
import type { AgentSession } from '../server/server-options.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { Mailbox } from '../testing/mailbox.ts';
import { startTestClient, type TestClient } from '../testing/test-client.ts';
import { startTlsServer, type TlsTestServer, tlsFile } from '../testing/tls-server.ts';
import { decodeMessage } from '../wire/codec.ts';
import { type ConnectionSettingsInit, encodeConnectionSettings } from '../wire/settings-offer.ts';

const { ConnectionSettingsStatuses_APPLIED: APPLIED, ConnectionSettingsStatuses_FAILED: FAILED } =
  ConnectionSettingsStatuses;
type OpampInit = NonNullable<ConnectionSettingsInit['opamp']>;

const bytes = (name: string) => new Uint8Array(Buffer.from(tlsFile(name)));
const agentCertificate = {
  cert: bytes('agent-cert'),
  privateKey: bytes('agent-key'),
  caCert: bytes('agent-ca-cert'),
};

let folder: string;
let stateStore: ClientStateStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opamp-tls-'));
  stateStore = fileStateStore(join(folder, 'state.json'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Started = TestClient & { readonly reported: Mailbox<AgentSession> };

/** A connected client, and what either server is told of it. */
async function startClient(
  transport: Transport,
  servers: readonly [TlsTestServer, ...TlsTestServer[]],
  options: Partial<OpampClientOptions> = {},
): Promise<Started> {
  const reported = new Mailbox<AgentSession>();
  for (const server of servers) server.onReported = (session) => reported.put(session);
  const tested = startTestClient(servers[0].url(transport), {
    capabilities: ['AcceptsOpAMPConnectionSettings', 'ReportsConnectionSettingsStatus', 'ReportsHeartbeat'],
    tls: { ca: tlsFile('ca-cert') },
    stateStore,
    ...options,
  });
  await tested.events.take();
  return Object.assign(tested, { reported });
}

/** Offers it as a host does, to whoever reports another hash. */
function wantSettings(server: TlsTestServer, opamp: OpampInit): Uint8Array {
  const { hash, encoded } = encodeConnectionSettings({ opamp });
  server.wanted = ({ parts }) => {
    const reported = reportedHashes(parts).connectionSettings;
    return reported !== undefined && Buffer.compare(reported, hash) === 0
      ? undefined
      : { connectionSettings: encoded };
  };
  return hash;
}

/** Offers it with the answer to the agent's next report, which comes at once, and waits for the agent's last word on it. */
async function offer(
  { client, reported }: Started,
  server: TlsTestServer,
  opamp: OpampInit,
): Promise<ConnectionSettingsStatus> {
  const hash = wantSettings(server, opamp);
  client.setDescription({ identifying: { 'offered.to': Buffer.from(hash).toString('hex') } });
  for (;;) {
    const encoded = (await reported.take()).parts.connectionSettingsStatus;
    const decoded = encoded && decodeMessage(ConnectionSettingsStatusSchema, encoded);
    if (decoded?.kind !== 'message') continue;
    const { status, lastConnectionSettingsHash } = decoded.message;
    const isFinal = status === APPLIED || status === FAILED;
    if (isFinal && Buffer.compare(lastConnectionSettingsHash, hash) === 0) return decoded.message;
  }
}

/** The certificate on the newest connection. */
const lastCertificate = (server: TlsTestServer) => server.peers.drain().at(-1)?.certificate;

describe.each<Transport>(['websocket', 'http'])('offered TLS settings over %s', (transport) => {
  test('a certificate is shown from then on, and a whole offer without one takes it back', async () => {
    await using server = await startTlsServer();
    await using tested = await startClient(transport, [server]);
    expect(lastCertificate(server)).toBeUndefined();
    const destinationEndpoint = server.url(transport);
    const first = await offer(tested, server, { destinationEndpoint, certificate: agentCertificate });
    expect(first.status).toBe(APPLIED);
    expect(lastCertificate(server)).toBe('agent');
    expect(readFileSync(join(folder, 'state.json'), 'utf8')).toContain('PRIVATE KEY');
    expect((await offer(tested, server, { destinationEndpoint })).status).toBe(APPLIED);
    expect(lastCertificate(server)).toBeUndefined();
    expect(readFileSync(join(folder, 'state.json'), 'utf8')).not.toContain('PRIVATE KEY');
  });

  test('the authority of an offered certificate is none for servers', async () => {
    await using server = await startTlsServer();
    await using rogue = await startTlsServer({ cert: tlsFile('rogue-server-cert') });
    await using tested = await startClient(transport, [server, rogue], { settingsTrialMs: 300 });
    const destinationEndpoint = rogue.url(transport);
    const verdict = await offer(tested, server, { destinationEndpoint, certificate: agentCertificate });
    expect(verdict.status).toBe(FAILED);
    expect(verdict.errorMessage).toMatch(/certificate|issuer/);
    expect(rogue.peers.drain()).toEqual([]);
  });

  test.each<[string, OpampInit['tls'], ConnectionSettingsStatuses]>([
    ['its authority', { caPemContents: tlsFile('agent-ca-cert') }, APPLIED],
    ['no authority', undefined, FAILED],
    ['another authority', { caPemContents: tlsFile('ca-cert') }, FAILED],
    ['the system’s authorities', { includeSystemCaCertsPool: true }, FAILED],
    ['no verification', { insecureSkipVerify: true }, APPLIED],
    [
      'versions by either name',
      { insecureSkipVerify: true, minVersion: 'TLSv1.2', maxVersion: '1.3' },
      APPLIED,
    ],
  ])('another server, offered with %s', async (_what, tls, expected) => {
    await using server = await startTlsServer();
    await using other = await startTlsServer({ cert: tlsFile('rogue-server-cert') });
    const settingsTrialMs = expected === FAILED ? 300 : 60_000;
    await using tested = await startClient(transport, [server, other], {
      settingsTrialMs,
      acceptsInsecureSettings: true,
    });
    const opamp = { destinationEndpoint: other.url(transport), ...(tls === undefined ? {} : { tls }) };
    expect((await offer(tested, server, opamp)).status).toBe(expected);
    expect(tested.client.url).toBe((expected === APPLIED ? other : server).url(transport));
  });

  test('the check of certificates is never given up, unless the agent allows it or makes none', async () => {
    await using server = await startTlsServer();
    const tls = { insecureSkipVerify: true };
    for (const [own, expected] of [
      [{ ca: tlsFile('ca-cert') }, FAILED],
      [{ insecureSkipVerify: true }, APPLIED],
    ] as const) {
      rmSync(join(folder, 'state.json'), { force: true });
      await using tested = await startClient(transport, [server], { tls: own });
      server.peers.drain();
      const verdict = await offer(tested, server, { destinationEndpoint: server.url(transport), tls });
      expect(verdict.status).toBe(expected);
      if (expected === APPLIED) continue;
      expect(verdict.errorMessage).toContain('insecure_skip_verify');
      if (transport === 'websocket') expect(server.peers.drain()).toEqual([]);
    }
  });

  test('what an offer leaves out stays: authority and, where it has no endpoint, endpoint and certificate', async () => {
    await using server = await startTlsServer();
    await using other = await startTlsServer({ cert: tlsFile('rogue-server-cert') });
    await using tested = await startClient(transport, [server, other]);
    const destinationEndpoint = other.url(transport);
    const first = await offer(tested, server, {
      destinationEndpoint,
      tls: { caPemContents: tlsFile('agent-ca-cert') },
    });
    expect(first.status).toBe(APPLIED);
    const headers = { headers: [{ key: 'Authorization', value: 'Bearer new' }] };
    const second = await offer(tested, other, {
      destinationEndpoint,
      headers,
      certificate: agentCertificate,
    });
    expect(second.status).toBe(APPLIED);
    const peer = { certificate: 'agent', authorization: 'Bearer new' };
    expect(other.peers.drain().at(-1)).toMatchObject(peer);
    // Our own offers always have an endpoint; others leave it out.
    const opamp = create(OpAMPConnectionSettingsSchema, { headers: { headers: [{ key: 'X', value: 'y' }] } });
    const hash = Uint8Array.of(3);
    const offers = create(ConnectionSettingsOffersSchema, { hash, opamp });
    const connectionSettings = toBinary(ConnectionSettingsOffersSchema, offers);
    other.wanted = () => ({ connectionSettings });
    tested.events.drain();
    tested.client.setDescription({ identifying: { again: 'yes' } });
    await tested.events.takeWhere(({ kind }) => kind === 'onDisconnect');
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    expect(other.peers.drain().at(-1)).toMatchObject({ certificate: 'agent', authorization: undefined });
    expect(tested.client.url).toBe(destinationEndpoint);
  });

  test('cipher suites are those of the offer', async () => {
    const suite = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';
    await using server = await startTlsServer();
    await using tested = await startClient(transport, [server], { settingsTrialMs: 300 });
    const settings = (cipherSuites: string[]) => ({
      destinationEndpoint: server.url(transport),
      tls: { maxVersion: '1.2', caPemContents: tlsFile('ca-cert'), cipherSuites },
    });
    expect((await offer(tested, server, settings([suite]))).status).toBe(APPLIED);
    expect(server.peers.drain().at(-1)?.cipher).toBe(suite);
    const misfit = await offer(tested, server, settings(['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']));
    expect(misfit.status).toBe(FAILED);
  });

  test('a version that the server does not speak fails', async () => {
    await using server = await startTlsServer({ maxVersion: 'TLSv1.2' });
    await using tested = await startClient(transport, [server], { settingsTrialMs: 300 });
    const tls = { minVersion: '1.3', caPemContents: tlsFile('ca-cert') };
    const { status } = await offer(tested, server, { destinationEndpoint: server.url(transport), tls });
    expect(status).toBe(FAILED);
  });

  test('nothing older than TLS 1.2 is spoken', async () => {
    await using server = await startTlsServer({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await using tested = startTestClient(server.url(transport), { tls: { ca: tlsFile('ca-cert') } });
    expect((await tested.events.take()).kind).toBe('onConnectFailed');
    expect(server.peers.drain()).toEqual([]);
  });
});

describe.each<Transport>(['websocket', 'http'])('a certificate for a request over %s', (transport) => {
  test('replaces the bootstrap certificate, and its key never leaves the agent', async () => {
    const requests: string[] = [];
    await using server = await startTlsServer(
      {},
      {
        connectionSettingsRequested: (_session, csr) => {
          requests.push(Buffer.from(csr).toString());
          const { cert, caCert } = agentCertificate;
          wantSettings(server, { destinationEndpoint: server.url(transport), certificate: { cert, caCert } });
          return undefined;
        },
      },
    );
    server.accepts = ({ certificate }) => certificate !== undefined;
    await using tested = await startClient(transport, [server], {
      tls: { ca: tlsFile('ca-cert'), cert: tlsFile('bootstrap-cert'), key: tlsFile('bootstrap-key') },
    });
    expect(lastCertificate(server)).toBe('bootstrap');
    expect(tested.client.requestCertificate(tlsFile('agent-csr'), tlsFile('agent-key'))).toBe(true);
    await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    expect(requests).toEqual([tlsFile('agent-csr')]);
    expect(lastCertificate(server)).toBe('agent');
  });

  test('fits the key of its request also where other settings were accepted in between', async () => {
    await using server = await startTlsServer();
    await using tested = await startClient(transport, [server], { tls: { ca: tlsFile('ca-cert') } });
    expect(tested.client.requestCertificate(tlsFile('agent-csr'), tlsFile('agent-key'))).toBe(true);
    const destinationEndpoint = server.url(transport);
    const headers = { headers: [{ key: 'Authorization', value: 'Bearer unasked' }] };
    expect((await offer(tested, server, { destinationEndpoint, headers })).status).toBe(APPLIED);
    const { cert, caCert } = agentCertificate;
    const verdict = await offer(tested, server, { destinationEndpoint, certificate: { cert, caCert } });
    expect(verdict).toMatchObject({ status: APPLIED, errorMessage: '' });
    expect(lastCertificate(server)).toBe('agent');
    // It is in use, and serves for no other certificate that comes without a key.
    const next = await offer(tested, server, { destinationEndpoint, headers });
    expect(next.status).toBe(APPLIED);
    const again = await offer(tested, server, { destinationEndpoint, certificate: { cert, caCert } });
    expect(again.status).toBe(FAILED);
  });

  test('is not requested from a server that is not who it says', async () => {
    await using rogue = await startTlsServer({ cert: tlsFile('rogue-server-cert') });
    await using tested = startTestClient(rogue.url(transport), {
      capabilities: ['AcceptsOpAMPConnectionSettings'],
      tls: { ca: tlsFile('ca-cert') },
    });
    tested.client.requestCertificate(tlsFile('agent-csr'), tlsFile('agent-key'));
    expect((await tested.events.take()).kind).toBe('onConnectFailed');
    expect(rogue.opamp.counters.messagesReceived[transport]).toBe(0);
  });
});

test('an authority of the operating system is trusted beside a given one where that is wanted', async () => {
  await using server = await startTlsServer({});
  const door = new URL('../client/index.ts', import.meta.url).href;
  // Node reads the system's authorities once a process, from where OpenSSL looks for them.
  const program = `
    import { createOpampClient } from '${door}';
    const [url, ca, includeSystemCa] = process.argv.slice(1);
    const done = (text) => { console.log(text); void client.stop(); };
    const client = createOpampClient({
      url, description: { identifying: {} }, capabilities: [], tls: { ca, includeSystemCa: includeSystemCa === 'true' },
      onConnect: () => done('connected'), onConnectFailed: ({ code }) => done(code),
    });
    client.start();`;
  const outcome = async (includeSystemCa: boolean): Promise<string> => {
    const args = ['--conditions=source', '--input-type=module', '--eval', program];
    const env = {
      ...process.env,
      SSL_CERT_FILE: fileURLToPath(new URL('../testing/tls/ca-cert.pem', import.meta.url)),
      SSL_CERT_DIR: '/nowhere',
    };
    const given = [server.url('websocket'), tlsFile('agent-ca-cert'), String(includeSystemCa)];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, ...given], { env });
    return stdout.trim();
  };
  expect(await outcome(false)).toMatch(/^UNABLE_TO/);
  expect(await outcome(true)).toBe('connected');
});

describe('TLS in the words of Node', () => {
  const options = { url: 'wss://host/', description: { identifying: {} }, capabilities: [] } as const;
  const ca = tlsFile('ca-cert');

  test('a given authority is the only one, unless the system’s are wanted too', () => {
    expect(targetOf(options, { tls: { ca } }).tls()?.ca).toBe(ca);
    const both = targetOf(options, { tls: { ca, includeSystemCa: true } }).tls()?.ca;
    expect(both?.[0]).toBe(ca);
    expect(both).toEqual(expect.arrayContaining([...rootCertificates]));
    expect(targetOf({ ...options, tls: { ca } }, {}).tls()?.ca).toBe(ca);
  });

  test('TLS 1.2 is the least where nobody says otherwise', () => {
    expect(targetOf(options, { tls: { ca } }).tls()?.minVersion).toBe('TLSv1.2');
    expect(targetOf(options, { tls: { minVersion: '1.3' } }).tls()?.minVersion).toBe('TLSv1.3');
  });
});
