import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Secrets } from '../secrets.ts';
import type { ServerSettings, TlsSettings } from '../settings/settings.ts';
import { checkServer } from './check-server.ts';
import { serverFindings } from './server-findings.ts';

const pem = (name: string) => ({
  kind: 'text' as const,
  pem: readFileSync(new URL(`../../../opamp/src/testing/tls/${name}.pem`, import.meta.url), 'utf8'),
});
/** The certificates above are valid for a hundred years. */
const NEAR_THEIR_END = Date.parse('2126-10-25T00:00:00Z');
const AFTER_THEIR_END = Date.parse('2126-12-01T00:00:00Z');

const open = new Set<Server | TcpServer>();
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of open) await new Promise((resolve) => server.close(resolve));
  sockets.clear();
  open.clear();
});

async function listening<S extends Server | TcpServer>(server: S): Promise<number> {
  open.add(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Answers the handshake of a WebSocket like an OpAMP server, anything else with `others`. */
function opampServer(
  server: Server,
  others: RequestListener = (_, response) => response.writeHead(400).end(),
) {
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
  });
  server.on('request', others);
  return server;
}

const answering = (status: number, headers: Record<string, string> = {}) =>
  createServer((_request, response) => response.writeHead(status, headers).end());

const TLS: TlsSettings = { includesSystemCa: false, insecureSkipVerify: false, reloadIntervalMs: 0 };

function settings(url: string, change: Partial<ServerSettings> = {}): ServerSettings {
  return {
    url,
    headers: {},
    tls: undefined,
    credential: undefined,
    proxy: undefined,
    heartbeatIntervalMs: 30_000,
    trialMs: 30_000,
    giveUpMs: 0,
    requestsCertificate: false,
    maxMessageBytes: 1_048_576,
    fingerprint: '',
    ...change,
  };
}

async function check(of: ServerSettings, nowMs = Date.now(), env: NodeJS.ProcessEnv = {}) {
  return (await checkServer(of, env, new Secrets(), nowMs)).map(
    ({ check: id, status, message, fix }) => `${status} ${id}: ${message}${fix === '' ? '' : ` -> ${fix}`}`,
  );
}

describe('a server in order', () => {
  test('by WebSocket', async () => {
    const port = await listening(opampServer(createServer()));
    expect(await check(settings(`ws://127.0.0.1:${port}/v1/opamp`))).toEqual([
      `ok server.tcp: 127.0.0.1:${port} can be reached`,
      `ok server.answer: ws://127.0.0.1:${port}/v1/opamp accepts this host (HTTP 101)`,
      'ok clock: the clock of this host agrees with the clock of the server',
    ]);
  });

  test('by polling', async () => {
    const port = await listening(answering(400));
    const findings = await check(settings(`http://127.0.0.1:${port}/v1/opamp`));
    expect(findings).toContain(
      `ok server.answer: http://127.0.0.1:${port}/v1/opamp accepts this host (HTTP 400)`,
    );
    expect(findings).toContain('ok clock: the clock of this host agrees with the clock of the server');
  });

  test('by TLS, with the credential, by name', async () => {
    let seen: string | undefined;
    const tls = { cert: pem('server-cert').pem, key: pem('server-key').pem };
    const server = createTlsServer(tls);
    server.on('upgrade', ({ headers }, socket) => {
      seen = headers.authorization;
      socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
    });
    let seenForTheTime: string | undefined = 'nothing yet';
    server.on('request', ({ headers }, response) => {
      seenForTheTime = headers.authorization;
      response.writeHead(426).end();
    });
    const port = await listening(server);
    const of = settings(`wss://localhost:${port}/v1/opamp`, {
      tls: { ...TLS, ca: pem('ca-cert') },
      headers: { Authorization: 'Bearer secret' },
    });
    expect(await check(of)).toEqual([
      `ok server.tcp: localhost:${port} can be reached`,
      `ok server.tls: localhost:${port} shows a certificate for localhost`,
      expect.stringMatching(/^ok server.certificate: the certificate of localhost:\d+ is valid until 2126-/),
      `ok server.answer: wss://localhost:${port}/v1/opamp accepts this host (HTTP 101)`,
      'ok clock: the clock of this host agrees with the clock of the server',
    ]);
    expect([seen, seenForTheTime]).toEqual(['Bearer secret', undefined]);
    expect(await check(of, NEAR_THEIR_END)).toContain(
      `warning server.certificate: the certificate of localhost:${port} (localhost) expires in 5 days -> renew it on the server`,
    );
  });
});

describe('each broken thing has its own message', () => {
  test('a name that cannot be resolved', async () => {
    const [finding] = await check(settings('ws://no-such-host.invalid/v1/opamp'));
    expect(finding).toMatch(
      /^broken server.name: no-such-host.invalid cannot be resolved \(\w+\) -> correct server.endpoint/,
    );
  });

  test('nobody listens', async () => {
    const server = createTcpServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    open.delete(server);
    expect(await check(settings(`ws://127.0.0.1:${port}/v1/opamp`))).toEqual([
      `broken server.tcp: nobody listens on 127.0.0.1:${port} (connection refused) -> start the server, or correct host and port in server.endpoint`,
    ]);
  });

  test('a server that speaks no TLS', async () => {
    const port = await listening(opampServer(createServer()));
    const findings = await check(settings(`wss://127.0.0.1:${port}/v1/opamp`));
    expect(findings[1]).toMatch(/^broken server.tls: 127.0.0.1:\d+ does not speak TLS -> write ws:/);
  });

  test('a server that speaks TLS, asked without', async () => {
    const port = await listening(
      createTlsServer({ cert: pem('server-cert').pem, key: pem('server-key').pem }),
    );
    const findings = await check(settings(`ws://127.0.0.1:${port}/v1/opamp`));
    expect(findings[1]).toMatch(/^broken server.answer: .* -> where it speaks TLS, write wss:/);
  });

  test('an authority that is not known; the credential is not shown', async () => {
    let requests = 0;
    const server = createTlsServer({ cert: pem('server-cert').pem, key: pem('server-key').pem });
    server.on('upgrade', () => requests++);
    const port = await listening(server);
    const findings = await check(
      settings(`wss://localhost:${port}/v1/opamp`, { headers: { Authorization: 'Bearer secret' } }),
    );
    expect(findings[1]).toMatch(
      /^broken server.tls: the certificate of localhost:\d+ \(localhost, issued by servers\) is signed by nobody that this host trusts \(\w+\) -> name the authority that signed it in server.tls.ca_file$/,
    );
    expect(requests).toBe(0);
  });

  test('a certificate for other names', async () => {
    const port = await listening(
      createTlsServer({ cert: pem('server-cert').pem, key: pem('server-key').pem }),
    );
    const tls = { ...TLS, ca: pem('ca-cert'), serverName: 'fleet.example' };
    const findings = await check(settings(`wss://127.0.0.1:${port}/v1/opamp`, { tls }));
    expect(findings[1]).toMatch(
      /^broken server.tls: the certificate of 127.0.0.1:\d+ is for other names: .*localhost.* -> write one of these names/,
    );
  });

  test('a server that wants a client certificate', async () => {
    const server = createTlsServer({
      cert: pem('server-cert').pem,
      key: pem('server-key').pem,
      ca: pem('agent-ca-cert').pem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const port = await listening(server);
    const of = settings(`wss://localhost:${port}/v1/opamp`, { tls: { ...TLS, ca: pem('ca-cert') } });
    expect((await check(of)).at(-1)).toMatch(
      /^broken server.tls: localhost:\d+ does not accept the client certificate, or wants one .* -> name a certificate/,
    );
  });

  test('a client certificate at its end, beyond it, or with the key of another', async () => {
    const tls = { ...TLS, cert: pem('agent-cert'), key: pem('agent-key') };
    const of = (change: Partial<TlsSettings> = {}) =>
      settings('wss://no-such-host.invalid', { tls: { ...tls, ...change } });
    const first = async (...of: Parameters<typeof check>) => (await check(...of))[0];
    expect(await first(of())).toMatch(/^ok server.certificate: the client certificate is valid until 2126-/);
    expect(await first(of(), NEAR_THEIR_END)).toMatch(
      /^warning server.certificate: the client certificate \(CN=agent\) expires in 5 days -> put a new one into the file of server.tls.cert_file$/,
    );
    expect(await first(of(), AFTER_THEIR_END)).toMatch(
      /^broken server.certificate: the client certificate \(CN=agent\) expired on 2126-10-30/,
    );
    expect((await check(of({ key: pem('server-key') })))[1]).toMatch(
      /^broken server.certificate: the client certificate and its key do not belong together/,
    );
    expect((await check(of({ ca: pem('ca-cert') }), AFTER_THEIR_END)).join('\n')).toContain(
      'broken server.certificate: the authority (CN=servers) expired',
    );
  });

  test('a certificate that is not checked', async () => {
    const port = await listening(
      opampServer(createTlsServer({ cert: pem('server-cert').pem, key: pem('server-key').pem })),
    );
    const of = settings(`wss://localhost:${port}/v1/opamp`, { tls: { ...TLS, insecureSkipVerify: true } });
    const findings = await check(of);
    expect(findings[0]).toMatch(/^warning server.certificate: the server's certificate is not checked/);
    expect(findings.join('\n')).toContain('accepts this host (HTTP 101)');
    expect((await check(of, AFTER_THEIR_END)).join('\n')).toContain('expired 31 days ago; it is not checked');
  });

  test.each([
    [
      401,
      /^broken server.answer: .* answers with HTTP 401: the server does not know who this is -> put a valid token/,
    ],
    [403, /^broken server.answer: .* HTTP 403: .* does not let it in -> ask the operators/],
    [404, /^broken server.answer: .* HTTP 404: there is no OpAMP endpoint on this path -> correct the path/],
    [429, /^warning server.answer: .* HTTP 429: the server is busy/],
    [503, /^warning server.answer: .* HTTP 503: the server is busy/],
    [500, /^broken server.answer: .* HTTP 500: the server has a fault/],
    [
      302,
      /^warning server.answer: .* HTTP 302 and sends to https:\/\/other\.example\/ -> write that address/,
    ],
    [200, /^broken server.answer: .* HTTP 200: what answers there is no OpAMP server for WebSocket/],
  ])('the answer %d', async (status, expected) => {
    const port = await listening(answering(status, { location: 'https://other.example/' }));
    const findings = await check(settings(`ws://127.0.0.1:${port}/v1/opamp`));
    expect(findings[1]).toMatch(expected);
  });

  test('something that speaks no HTTP', async () => {
    const port = await listening(createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    const findings = await check(settings(`ws://127.0.0.1:${port}/v1/opamp`));
    expect(findings[1]).toMatch(/^broken server.answer: 127.0.0.1:\d+ does not speak HTTP/);
  });

  test.each([
    [-10 * 60_000, 'broken clock: the clock of this host is 600 s ahead of the clock of the server'],
    [2 * 60_000, 'warning clock: the clock of this host is 120 s behind the clock of the server'],
  ])('a clock that is off by %d ms', async (offMs, expected) => {
    const date = new Date(Date.now() + offMs).toUTCString();
    const port = await listening(answering(401, { date }));
    const findings = await check(settings(`ws://127.0.0.1:${port}/v1/opamp`));
    const seconds = (text: string) => Number(/is (\d+) s/.exec(text)?.[1]);
    const last = findings.at(-1) ?? '';
    expect(last.replace(/\d+ s/, 'N s')).toContain(expected.replace(/\d+ s/, 'N s'));
    expect(Math.abs(seconds(last) - seconds(expected))).toBeLessThanOrEqual(3);
    expect(last).toContain('chrony');
  });

  test('a credential that cannot be had', async () => {
    const token = { kind: 'file', path: '/no/such/token' } as const;
    const credential = { kind: 'bearer_token', header: 'Authorization', scheme: 'Bearer', token } as const;
    expect(await check(settings('ws://127.0.0.1:1/v1/opamp', { credential }))).toEqual([
      expect.stringMatching(
        /^broken server.credential: what the server is to be shown cannot be had: \/no\/such\/token/,
      ),
    ]);
  });

  test('a credential that travels in clear', async () => {
    const headers = { Authorization: 'Bearer secret' };
    expect((await check(settings('ws://no-such-host.invalid', { headers })))[0]).toBe(
      'warning server.tls: the credential travels to no-such-host.invalid without TLS -> write wss:// or https:// in server.endpoint',
    );
  });
});

describe('through a proxy', () => {
  const through = (port: number) => ({ proxy: { url: `http://127.0.0.1:${port}`, headers: {} } });

  test('one that lets through', async () => {
    const server = await listening(opampServer(createServer()));
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      const [host, port] = (request.url ?? '').split(':');
      const up = connect(Number(port), host);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(up).pipe(socket);
      up.on('error', () => socket.destroy());
      socket.on('error', () => up.destroy());
    });
    const port = await listening(proxy);
    expect((await check(settings(`ws://127.0.0.1:${server}/v1/opamp`, through(port)))).join('\n')).toContain(
      'accepts this host (HTTP 101)',
    );
  });

  test.each([
    [
      '407 Proxy Authentication Required',
      /^broken server.tcp: the proxy 127.0.0.1:\d+ asks who this is \(407\) -> write user and password/,
    ],
    [
      '403 Forbidden',
      /^broken server.tcp: the proxy 127.0.0.1:\d+ does not let this host through to the server \(HTTP 403\)/,
    ],
  ])('one that answers %s', async (status, expected) => {
    const proxy = createServer();
    proxy.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${status}\r\n\r\n`));
    const port = await listening(proxy);
    expect(await check(settings('ws://fleet.example/v1/opamp', through(port)))).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test('one that is not there, or has no name', async () => {
    const env = { HTTPS_PROXY: 'http://no-such-proxy.invalid:3128' };
    expect(await check(settings('wss://fleet.example'), Date.now(), env)).toEqual([
      expect.stringMatching(
        /^broken server.name: the proxy no-such-proxy.invalid cannot be resolved .*HTTPS_PROXY/,
      ),
    ]);
  });
});

test.each([
  ['CERT_HAS_EXPIRED', /^the certificate of h:443 \(h\) expired 2 days ago$/, /renew it on the server/],
  ['CERT_NOT_YET_VALID', /valid only from 2026-12-03T/, /correct the clock/],
])('a certificate with %s', (code, message, fix) => {
  const now = Date.parse('2026-12-01T00:00:00Z');
  const certificate = {
    subject: 'h',
    issuer: 'i',
    names: 'h',
    validFromMs: now + 2 * 86_400_000,
    validToMs: now - 2 * 86_400_000,
  };
  const [, finding] = serverFindings(
    { kind: 'not_trusted', place: 'h:443', code, certificate },
    'wss://h',
    now,
  );
  expect(finding?.check).toBe('server.certificate');
  expect(finding?.message).toMatch(message);
  expect(finding?.fix).toMatch(fix);
});

test.each([
  ['ETIMEDOUT', /does not answer in time/, /a firewall/],
  ['ENETUNREACH', /has no route to h:443/, /network of this host/],
])('a connection that ends with %s', (code, message, fix) => {
  const fault = { code, message: code };
  const [finding] = serverFindings(
    { kind: 'no_connection', place: 'h:443', isProxy: false, fault },
    'wss://h',
    0,
  );
  expect(finding?.message).toMatch(message);
  expect(finding?.fix).toMatch(fix);
});
