import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onPath } from '../../scripts/lib/run.ts';
import { startConnectProxy } from './support/connect-proxy.ts';
import { temporaryFolder } from './support/drover.ts';
import { type FleetServer, startFleetServer } from './support/fleet-server.ts';
import { eventually } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { bench } from './support/supervised.ts';
import { tlsFile, tlsPath } from './support/tls-files.ts';

const OPENSSL = onPath(['openssl']);
const TLS = { cert: tlsFile('server-cert'), key: tlsFile('server-key'), ca: tlsFile('agent-ca-cert') };
const CA = { ca_file: tlsPath('ca-cert') };
const healthy = (server: FleetServer) =>
  server.until('healthy', ({ isConnected, health }) => isConnected && health?.healthy === true);
const lastCaller = ({ callers }: FleetServer) => callers.at(-1);

/** Ends what the server has of links and lets the agent come back. */
async function reconnect(server: FleetServer): Promise<void> {
  const before = server.callers.length;
  server.cutLinks();
  await eventually('the agent comes back', () => server.callers.length > before);
  await healthy(server);
}

describeWithCollector('the way to the server', () => {
  describe.each(['ws', 'http'] as const)('over %s', (transport) => {
    test('leads through the proxy of the settings, which alone gets its headers and credentials', async () => {
      await using proxy = await startConnectProxy();
      await using it = await bench({
        transport,
        serverKeys: {
          proxy: { url: proxy.url.replace('http://', 'http://me:pass@'), headers: { 'X-Proxy': 'yes' } },
        },
      });
      it.start();
      await healthy(it.server);
      expect(proxy.asked[0]?.headers).toMatchObject({
        'x-proxy': 'yes',
        'proxy-authorization': `Basic ${Buffer.from('me:pass').toString('base64')}`,
      });
      expect(lastCaller(it.server)?.headers).not.toHaveProperty('x-proxy');
    });

    test('leads through an authority of its own and shows a certificate, both as they are on disk at the time', async () => {
      await using folder = await temporaryFolder('tls');
      const file = (name: string) => join(folder.path, name);
      copyFileSync(tlsPath('bootstrap-cert'), file('cert.pem'));
      copyFileSync(tlsPath('bootstrap-key'), file('key.pem'));
      await using server = await startFleetServer({
        tls: { ...TLS, requestCert: true, rejectUnauthorized: true },
      });
      await using it = await bench({
        transport,
        server,
        serverKeys: { tls: { ...CA, cert_file: file('cert.pem'), key_file: file('key.pem') } },
      });
      it.start();
      await healthy(server);
      expect(lastCaller(server)?.certificate).toBe('bootstrap');
      copyFileSync(tlsPath('agent-cert'), file('cert.pem'));
      copyFileSync(tlsPath('agent-key'), file('key.pem'));
      await reconnect(server);
      expect(lastCaller(server)?.certificate).toBe('agent');
    });

    test('needs a server that is who it says', async () => {
      await using server = await startFleetServer({ tls: { ...TLS, cert: tlsFile('rogue-server-cert') } });
      await using it = await bench({ transport, server, serverKeys: { tls: CA } });
      const supervisor = it.start();
      await supervisor.until('said', ({ stderr }) => /cannot be reached/.test(stderr) || undefined);
      expect(supervisor.stderr).toMatch(/certificate|issuer/);
      await it.collector();
      expect(server.callers).toEqual([]);
    });

    test('shows a token from a file, read anew when it has changed', async () => {
      await using folder = await temporaryFolder('token');
      const filename = join(folder.path, 'token');
      writeFileSync(filename, 'first\n');
      await using it = await bench({
        transport,
        serverKeys: { auth: 'bearertokenauth' },
        settings: { extensions: { bearertokenauth: { filename } } },
      });
      it.server.accepts = ({ headers }) => headers.authorization === 'Bearer first';
      const supervisor = it.start();
      await healthy(it.server);
      it.server.accepts = ({ headers }) => headers.authorization === 'Bearer second';
      writeFileSync(filename, 'second\n');
      await reconnect(it.server);
      expect(supervisor.stderr).not.toMatch(/first|second/);
    });

    test('shows user name and password', async () => {
      await using it = await bench({
        transport,
        serverKeys: { auth: 'basicauth/fleet' },
        settings: {
          extensions: { 'basicauth/fleet': { client_auth: { username: 'edge', password: 'pass' } } },
        },
      });
      const expected = `Basic ${Buffer.from('edge:pass').toString('base64')}`;
      it.server.accepts = ({ headers }) => headers.authorization === expected;
      it.start();
      await healthy(it.server);
    });

    test('shows a token that it fetches, and another one when the server refuses it', async () => {
      await using idp = await tokenEndpoint();
      await using it = await bench({
        transport,
        serverKeys: { auth: 'oauth2client' },
        settings: {
          extensions: { oauth2client: { client_id: 'edge', client_secret: 'hidden', token_url: idp.url } },
        },
      });
      it.server.accepts = ({ headers }) => headers.authorization === 'Bearer token-1';
      const supervisor = it.start();
      await healthy(it.server);
      expect(idp.asked).toHaveLength(1);
      it.server.accepts = ({ headers }) => headers.authorization === 'Bearer token-2';
      await reconnect(it.server);
      await eventually(
        'the second token',
        () => lastCaller(it.server)?.headers.authorization === 'Bearer token-2',
      );
      expect(supervisor.stderr).not.toMatch(/hidden|token-\d/);
    });

    test('waits for as long as the server asks, and no server that takes and drops it is asked without end', async () => {
      await using throttling = await throttlingServer();
      await using it = await bench({
        transport,
        serverKeys: { endpoint: `${transport}://127.0.0.1:${throttling.port}/v1/opamp` },
      });
      it.start();
      await eventually('it has come twice', () => throttling.cameAtMs.length >= 2);
      const [first = 0, second = 0] = throttling.cameAtMs;
      expect(second - first).toBeGreaterThanOrEqual(1_990);
      await it.collector();
    });
  });

  test('leads through the proxy of the environment, but for hosts that it exempts', async () => {
    await using proxy = await startConnectProxy();
    // Not this host itself, which no proxy of the environment is for.
    const endpoint = 'ws://fleet.test:4320/v1/opamp';
    await using it = await bench({ serverKeys: { endpoint }, env: { HTTP_PROXY: proxy.url } });
    it.start();
    await eventually('the proxy is asked', () => proxy.asked.length > 0);
    expect(proxy.asked[0]?.url).toBe('fleet.test:4320');
    await using other = await bench({
      serverKeys: { endpoint },
      env: { HTTP_PROXY: proxy.url, NO_PROXY: '.test' },
    });
    const exempt = other.start();
    const before = proxy.asked.filter(({ headers }) => headers['x-exempt'] !== undefined).length;
    await exempt.until('said', ({ stderr }) => /cannot be reached/.test(stderr) || undefined);
    expect(exempt.stderr).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(before).toBe(0);
  });

  test.skipIf(OPENSSL === undefined)(
    'may be a certificate that the server gives for a signing request; the key never leaves the host',
    async () => {
      await using folder = await temporaryFolder('authority');
      const authority = makeAuthority(folder.path);
      await using server = await startFleetServer({
        tls: { ...TLS, ca: authority.cert, requestCert: true, rejectUnauthorized: false },
      });
      const requests: string[] = [];
      server.onCertificateRequest = (csr) => {
        const text = Buffer.from(csr).toString('utf8');
        requests.push(text);
        const cert = authority.sign(text);
        const certificate = {
          cert: new Uint8Array(Buffer.from(cert)),
          caCert: new Uint8Array(Buffer.from(authority.cert)),
        };
        server.offerConnection({ opamp: { certificate, heartbeatIntervalSeconds: 30n } });
      };
      await using it = await bench({
        server,
        capabilities: { accepts_opamp_connection_settings: true },
        serverKeys: { tls: CA, connection_settings: { request_certificate: true } },
      });
      const supervisor = it.start();
      await eventually('it shows its certificate', () => lastCaller(server)?.certificate !== undefined);
      const { uid } = await healthy(server);
      expect(lastCaller(server)?.certificate).toBe(uid);
      expect(requests).toHaveLength(1);
      expect(requests.join()).not.toContain('PRIVATE KEY');
      expect(readFileSync(join(it.storage, 'connection.json'), 'utf8')).toContain('PRIVATE KEY');
      await supervisor.end();
      server.callers.length = 0;
      it.start();
      await healthy(server);
      expect(server.callers.map(({ certificate }) => certificate)).toEqual([uid]);
      expect(requests).toHaveLength(1);
    },
  );

  test('to a server that takes the link and drops it at once is tried a few times a minute', async () => {
    await using dropping = await droppingServer();
    await using it = await bench({ serverKeys: { endpoint: `ws://127.0.0.1:${dropping.port}/v1/opamp` } });
    it.start();
    await eventually('five sessions', () => dropping.cameAtMs.length >= 5);
    const [first = 0] = dropping.cameAtMs;
    // Full jitter over 1, 2, 4 and 8 s: never a loop, and growing.
    expect((dropping.cameAtMs[4] ?? 0) - first).toBeGreaterThan(500);
  });
});

/** Gives out `token-1`, `token-2` and so on. */
async function tokenEndpoint() {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ access_token: `token-${asked.length}`, token_type: 'Bearer', expires_in: 3600 }));
  });
  return Object.assign(await listening(server), { asked, url: `http://127.0.0.1:${portOf(server)}/token` });
}

/** Sends everybody away for two seconds. */
async function throttlingServer() {
  const cameAtMs: number[] = [];
  const server = createServer((request, response) => {
    cameAtMs.push(Date.now());
    request.resume();
    response.writeHead(503, { 'Retry-After': '2' }).end();
  });
  server.on('upgrade', (_request, socket) => {
    cameAtMs.push(Date.now());
    socket.end('HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n');
  });
  return Object.assign(await listening(server), { cameAtMs, port: portOf(server) });
}

/** Completes the handshake and cuts the link. */
async function droppingServer() {
  const { createHash } = await import('node:crypto');
  const cameAtMs: number[] = [];
  const server = createServer();
  server.on('upgrade', (request, socket) => {
    cameAtMs.push(Date.now());
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      () => socket.destroy(),
    );
    socket.on('error', () => undefined);
  });
  return Object.assign(await listening(server), { cameAtMs, port: portOf(server) });
}

async function listening(server: ReturnType<typeof createServer>): Promise<AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as AddressInfo).port;
}

/** A certificate authority, by OpenSSL. */
function makeAuthority(folder: string) {
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync(OPENSSL ?? '', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'ca.key'];
  openssl('req', '-x509', ...key, '-out', 'ca.pem', '-days', '2', '-subj', '/CN=fleet');
  return {
    cert: readFileSync(path('ca.pem'), 'utf8'),
    sign(csr: string): string {
      writeFileSync(path('agent.csr'), csr);
      openssl('req', '-in', 'agent.csr', '-verify', '-noout');
      openssl(
        'x509',
        '-req',
        '-in',
        'agent.csr',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '2',
        '-out',
        'agent.pem',
      );
      return readFileSync(path('agent.pem'), 'utf8');
    },
  };
}
