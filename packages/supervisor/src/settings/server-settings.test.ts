import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-server-settings-'));
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets/token'), 't');
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(document: object, env: Record<string, string> = {}) {
  const file = join(folder, 'supervisor.yaml');
  writeFileSync(file, JSON.stringify({ agent: { executable: '/x' }, ...document }));
  return readSettings(file, env);
}

function serverOf(document: object, env: Record<string, string> = {}) {
  const result = read(document, env);
  if (result.kind === 'invalid') throw new Error(result.problems.join('\n'));
  return result.settings.server;
}

const endpoint = 'wss://fleet.example/v1/opamp';

test('what is left out has its default', () => {
  expect(serverOf({ server: { endpoint } })).toMatchObject({
    url: endpoint,
    headers: {},
    tls: undefined,
    credential: undefined,
    proxy: undefined,
    heartbeatIntervalMs: 30_000,
    maxMessageBytes: 16 * 2 ** 20,
    trialMs: 20_000,
    giveUpMs: 900_000,
    requestsCertificate: false,
  });
});

test('a proxy is a URL, or host and port', () => {
  const proxy = (url: string) =>
    serverOf({ server: { endpoint, proxy: { url, headers: { 'X-A': ['1', '2'] } } } }).proxy;
  expect(proxy('proxy:3128')).toEqual({ url: 'http://proxy:3128', headers: { 'X-A': '1, 2' } });
  expect(proxy('https://proxy')?.url).toBe('https://proxy');
  expect(read({ server: { endpoint, proxy: { url: 'socks5://proxy' } } })).toMatchObject({
    problems: [expect.stringContaining('server.proxy.url')],
  });
});

test('a proxy of the environment that is none is an error, unless the file names another', () => {
  const env = { HTTPS_PROXY: 'socks5://me:secret@proxy' };
  const result = read({ server: { endpoint } }, env);
  expect(result).toMatchObject({ problems: [expect.stringContaining('HTTPS_PROXY')] });
  expect(JSON.stringify(result)).not.toContain('secret');
  expect(serverOf({ server: { endpoint, proxy: { url: 'proxy' } } }, env).proxy?.url).toBe('http://proxy');
});

test.each([
  [
    'bearertokenauth',
    { filename: 'secrets/token', token: 'ignored' },
    { kind: 'bearer_token', header: 'Authorization', scheme: 'Bearer', token: { kind: 'file' } },
  ],
  [
    'bearertokenauth/x',
    { tokens: ['a', 'b'], scheme: '' },
    { scheme: '', token: { kind: 'text', text: 'a' } },
  ],
  [
    'basicauth',
    { client_auth: { username: 'me', password_file: 'secrets/token' } },
    { kind: 'basic_auth', username: { text: 'me' }, password: { kind: 'file' } },
  ],
  [
    'oauth2client',
    {
      client_id: 'me',
      client_secret: 's',
      token_url: 'https://idp/token',
      endpoint_params: { audience: 'x' },
    },
    {
      kind: 'oauth2_client',
      timeoutMs: 10_000,
      expiryBufferMs: 300_000,
      endpointParams: { audience: ['x'] },
    },
  ],
])('server.auth names an extension: %s', (auth, extension, expected) => {
  expect(
    serverOf({ server: { endpoint, auth }, extensions: { [auth]: extension } }).credential,
  ).toMatchObject(expected);
});

test('an extension that nobody names is checked and not used', () => {
  expect(
    serverOf({ server: { endpoint }, extensions: { bearertokenauth: { token: 't' } } }).credential,
  ).toBeUndefined();
});

test.each([
  ['server.auth', { server: { endpoint, auth: 'bearertokenauth' } }],
  ['extensions.oidc', { extensions: { oidc: {} } }],
  ['extensions.bearertokenauth', { extensions: { bearertokenauth: null } }],
  ['extensions.bearertokenauth', { extensions: { bearertokenauth: { token: 't', colour: 'red' } } }],
  ['extensions.bearertokenauth.filename', { extensions: { bearertokenauth: { filename: 'missing' } } }],
  ['extensions.basicauth', { extensions: { basicauth: { htpasswd: { inline: 'a:b' } } } }],
  ['extensions.basicauth.client_auth', { extensions: { basicauth: { client_auth: { username: 'me' } } } }],
  [
    'extensions.oauth2client.token_url',
    { extensions: { oauth2client: { client_id: 'a', client_secret: 'b', token_url: 'idp' } } },
  ],
  ['server.tls.cert_file', { server: { endpoint, tls: { cert_file: 'missing', key_pem: 'x' } } }],
  ['server.tls', { server: { endpoint, tls: { key_pem: 'x' } } }],
])('%s is named where it is wrong', (path, document) => {
  const result = read({ server: { endpoint }, ...document });
  expect(result.kind === 'invalid' ? result.problems.map((problem) => problem.split(':')[0]) : []).toContain(
    path,
  );
});

test('the fingerprint changes with all that says where and as whom, and with nothing else', () => {
  const of = (server: object, extensions?: object) =>
    serverOf({ server: { endpoint, ...server }, ...(extensions && { extensions }) }).fingerprint;
  const own = of({});
  expect(of({ heartbeat_interval: '5s', connection_settings: { give_up_after: '1h' } })).toBe(own);
  expect(of({}, { bearertokenauth: { token: 't' } })).toBe(own);
  const others = [
    of({ endpoint: 'wss://other/' }),
    of({ headers: { Authorization: 'Bearer t' } }),
    of({ tls: { insecure_skip_verify: true } }),
    of({ proxy: { url: 'proxy' } }),
    of({ auth: 'bearertokenauth' }, { bearertokenauth: { token: 't' } }),
    of({ auth: 'bearertokenauth' }, { bearertokenauth: { token: 'u' } }),
  ];
  expect(new Set([own, ...others]).size).toBe(others.length + 1);
});

test('attributes of the environment stand beside those of the file, which win', () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=env,deployment.environment.name=prod,a=b' };
  const description = {
    identifying_attributes: { tier: 3 },
    non_identifying_attributes: { a: 'file', count: 7 },
  };
  const result = read({ server: { endpoint }, agent: { executable: '/x', description } }, env);
  expect(result.kind === 'settings' && result.settings.agents[0]).toMatchObject({
    identifyingAttributes: { 'service.namespace': 'env', tier: '3' },
    nonIdentifyingAttributes: { 'deployment.environment.name': 'prod', a: 'file', count: 7 },
  });
  const broken = read({ server: { endpoint } }, { OTEL_RESOURCE_ATTRIBUTES: 'x' });
  expect(broken).toMatchObject({ notices: [expect.stringContaining('OTEL_RESOURCE_ATTRIBUTES')] });
});
