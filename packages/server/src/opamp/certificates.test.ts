import { webcrypto, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import { request } from 'node:https';
import type { Agent as AgentView } from '@drover/api';
import {
  AgentToServerSchema,
  agentCapabilityBits,
  create,
  decodeServerToAgent,
  encodeAgentToServer,
  instanceUidToBytes,
  newInstanceUid,
  type ServerToAgent,
} from '@drover/opamp';
import {
  type ClientState,
  type ClientStateStore,
  createOpampClient,
  type OpampClient,
} from '@drover/opamp/client';
import { cryptoProvider, PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 40_000, hookTimeout: 30_000 });
cryptoProvider.set(webcrypto);

type Transport = 'websocket' | 'http';
const pathOf = (name: string) => fileURLToPath(new URL(`../testing/tls/${name}.pem`, import.meta.url));
const CA = readFileSync(pathOf('ca-cert'), 'utf8');
const WITH_TLS = {
  DROVER_OPAMP_TLS_CERT_FILE: pathOf('server-cert'),
  DROVER_OPAMP_TLS_KEY_FILE: pathOf('server-key'),
  DROVER_AGENTS_HEARTBEAT_INTERVAL: '1s',
};
const ISSUING = { ...WITH_TLS, DROVER_AGENTS_CERTIFICATES_ISSUE: 'true', DROVER_AGENTS_ENROLMENT: 'token' };
const TAKES = [
  'ReportsStatus',
  'ReportsHeartbeat',
  'AcceptsOpAMPConnectionSettings',
  'ReportsConnectionSettingsStatus',
] as const;

const urlFor = (on: TestControlPlane, transport: Transport): string =>
  transport === 'websocket' ? on.plane.opampUrl : on.plane.opampUrl.replace(/^ws/, 'http');

async function requestFor(name: string): Promise<{ csr: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { csr: csr.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

interface Agent extends AsyncDisposable {
  readonly client: OpampClient;
  readonly uid: string;
  readonly failures: string[];
  readonly state: () => ClientState | undefined;
}

function startAgent(on: TestControlPlane, transport: Transport, token: string | undefined): Agent {
  let state: ClientState | undefined;
  const stateStore: ClientStateStore = {
    isDurable: true,
    load: () => state,
    save: (next) => {
      state = next;
    },
  };
  const failures: string[] = [];
  const client = createOpampClient({
    url: urlFor(on, transport),
    stateStore,
    tls: { ca: CA },
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    description: { identifying: { 'service.name': 'otelcol' } },
    capabilities: TAKES,
    heartbeatIntervalMs: 100,
    backoff: { initialMs: 20, maxMs: 100 },
    onConnectFailed: (error) => failures.push(error.message),
  });
  client.start();
  return {
    client,
    uid: client.instanceUid,
    failures,
    state: () => state,
    [Symbol.asyncDispose]: () => client.stop(),
  };
}

const shown = (on: TestControlPlane, uid: string, isSo: (agent: AgentView) => boolean) =>
  eventually(
    () => on.api.getAgent(uid).catch(() => undefined),
    (agent) => agent !== undefined && isSo(agent),
  );
const hasOwn = ({ enrolment, connection }: AgentView): boolean =>
  enrolment.credential === 'own' && connection.state === 'connected';

const certificateOf = (on: TestControlPlane, uid: string) =>
  eventually(
    () => on.api.agentCredentials(uid),
    ({ items }) => items.length === 1 && items[0]?.kind === 'certificate' && items[0].state === 'active',
  );

/** One message over HTTPS with a client certificate, said without any client. */
function post(
  url: string,
  message: Parameters<typeof create<typeof AgentToServerSchema>>[1],
  options: { readonly cert?: string; readonly key?: string; readonly authorization?: string } = {},
): Promise<{ status: number; answer: ServerToAgent | undefined }> {
  const { authorization, ...tls } = options;
  const body = encodeAgentToServer(create(AgentToServerSchema, message));
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      agent: false,
      ca: CA,
      ...tls,
      headers: {
        'content-type': 'application/x-protobuf',
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const decoded = decodeServerToAgent(new Uint8Array(Buffer.concat(chunks)));
        const answer = decoded.kind === 'message' ? decoded.message : undefined;
        resolve({ status: response.statusCode ?? 0, answer });
      });
    });
    sent.end(body);
  });
}

describe.each<Transport>(['websocket', 'http'])('a client certificate over %s', (transport) => {
  it('is issued to an agent that asks, serves for that agent alone, and is revoked with it', async () => {
    await using server = await startTestControlPlane(ISSUING);
    const { token, id } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using agent = startAgent(server, transport, token);
    await shown(server, agent.uid, hasOwn);
    const { csr, key } = await requestFor(agent.uid);
    expect(agent.client.requestCertificate(csr, key)).toBe(true);
    await certificateOf(server, agent.uid);
    await shown(server, agent.uid, hasOwn);
    const certificate = agent.state()?.settings?.certificate;
    const parsed = new X509Certificate(certificate?.cert ?? '');
    expect(parsed.subject).toBe(`CN=${agent.uid}`);
    // What the agent had before is void.
    const before = agent.state()?.settings?.headers?.Authorization ?? '';
    expect(before).toMatch(/^Bearer drv_agent_/);
    const url = urlFor(server, 'http');
    const message = {
      instanceUid: instanceUidToBytes(agent.uid as never),
      sequenceNum: 9n,
      capabilities: 1n,
    };
    expect((await post(url, message, { authorization: before })).status).toBe(401);
    const stranger = { ...message, instanceUid: instanceUidToBytes(newInstanceUid()) };
    const shownCertificate = { cert: certificate?.cert ?? '', key: certificate?.key ?? '' };
    expect((await post(url, stranger, shownCertificate)).status, 'for another uid').toBe(401);
    await expect(server.api.rotateCredential(agent.uid)).rejects.toMatchObject({
      code: 'capability_missing',
    });

    await server.api.deleteEnrolmentToken(id);
    expect((await server.api.getAgent(agent.uid)).connection.state).toBe('connected');
    await server.api.revokeAgent(agent.uid);
    expect((await server.api.getAgent(agent.uid)).connection.state).toBe('disconnected');
    await eventually(
      async () => agent.failures.length,
      (count) => count > 0,
    );
    expect(agent.failures[0]).toContain('401');
    expect((await post(url, message, shownCertificate)).status).toBe(401);
  });

  it('takes the place of the one before, when the agent asks again', async () => {
    await using server = await startTestControlPlane(ISSUING);
    const { token } = await server.api.createEnrolmentToken({ name: 'edge' });
    await using agent = startAgent(server, transport, token);
    await shown(server, agent.uid, hasOwn);
    const ask = async (): Promise<string> => {
      const { csr, key } = await requestFor(agent.uid);
      agent.client.requestCertificate(csr, key);
      const known = agent.state()?.settings?.certificate?.cert;
      await eventually(
        async () => agent.state()?.settings?.certificate?.cert,
        (cert) => cert !== undefined && cert !== known,
      );
      const { items } = await certificateOf(server, agent.uid);
      await shown(server, agent.uid, hasOwn);
      return items[0]?.id ?? '';
    };
    const first = await ask();
    const old = agent.state()?.settings?.certificate;
    const second = await eventually(ask, (next) => next !== first);
    expect(second).not.toBe(first);
    const message = {
      instanceUid: instanceUidToBytes(agent.uid as never),
      sequenceNum: 9n,
      capabilities: 1n,
    };
    const { status } = await post(urlFor(server, 'http'), message, {
      cert: old?.cert ?? '',
      key: old?.key ?? '',
    });
    expect(status).toBe(401);
  });
});

describe('a certificate request', () => {
  const asking = (uid: string, csr: string) => ({
    instanceUid: instanceUidToBytes(uid as never),
    sequenceNum: 1n,
    capabilities: agentCapabilityBits(['ReportsStatus', 'AcceptsOpAMPConnectionSettings']),
    connectionSettingsRequest: { opamp: { certificateRequest: { csr: Buffer.from(csr) } } },
  });

  it('is a bad request for another agent’s name, with a signature that is not that of its key, and before approval', async () => {
    await using server = await startTestControlPlane({ ...ISSUING, DROVER_AGENTS_ENROLMENT: 'approval' });
    const { token } = await server.api.createEnrolmentToken({ name: 'trusted', autoApprove: true });
    const url = urlFor(server, 'http');
    const authorization = `Bearer ${token}`;
    const uid = newInstanceUid();
    const { csr } = await requestFor(newInstanceUid());
    const other = await post(url, asking(uid, csr), { authorization });
    expect(other.answer?.errorResponse?.errorMessage).toContain('names the agent');
    const garbage = await post(url, asking(uid, 'garbage'), { authorization });
    expect(garbage.answer?.errorResponse?.errorMessage).toContain('no PEM');
    const waiting = newInstanceUid();
    const early = await post(url, asking(waiting, (await requestFor(waiting)).csr));
    expect(early.answer?.errorResponse?.errorMessage).toContain('not approved');
    expect((await server.api.agentCredentials(waiting)).total).toBe(0);
  });

  it('is taken only where certificates are issued, which needs TLS', async () => {
    await using server = await startTestControlPlane({ ...WITH_TLS, DROVER_AGENTS_ENROLMENT: 'open' });
    await using agent = startAgent(server, 'websocket', undefined);
    await shown(server, agent.uid, ({ connection }) => connection.state === 'connected');
    expect(agent.client.serverCapabilities & 0x40n).toBe(0n);
    const { csr, key } = await requestFor(agent.uid);
    expect(agent.client.requestCertificate(csr, key)).toBe(false);
    await expect(startTestControlPlane({ DROVER_AGENTS_CERTIFICATES_ISSUE: 'true' })).rejects.toThrow(
      'needs opamp.tls',
    );
  });
});
