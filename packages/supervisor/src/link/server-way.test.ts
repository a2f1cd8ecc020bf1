import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { OpampError } from '@drover/opamp/client';
import { afterEach, expect, test, vi } from 'vitest';
import { Secrets } from '../secrets.ts';
import type { ServerSettings } from '../settings/settings.ts';
import { serverSettings } from '../testing/server-settings.ts';
import { serverWay } from './server-way.ts';

vi.mock('node:tls', async (importOriginal) => ({
  ...(await importOriginal<typeof tls>()),
  setDefaultCACertificates: vi.fn(),
}));
afterEach(() => vi.mocked(tls.setDefaultCACertificates).mockClear());

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const pem = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../opamp/src/testing/tls/${name}.pem`, import.meta.url)), 'utf8');

async function headersOf(server: ServerSettings, secrets = new Secrets()) {
  const { headers } = serverWay(server, {}, secrets, logger).clientOptions;
  return typeof headers === 'function' ? await headers(server.url) : headers;
}

test('a credential takes the place of a header of its name, in whatever case', async () => {
  const credential = {
    kind: 'bearer_token',
    header: 'Authorization',
    scheme: 'Bearer',
    token: { kind: 'text', text: 'shown-to-it' },
  } as const;
  const headers = { authorization: 'Basic old', 'X-Other': 'y' };
  expect(await headersOf(serverSettings({ headers }))).toEqual(headers);
  const secrets = new Secrets();
  expect(await headersOf(serverSettings({ headers, credential }), secrets)).toEqual({
    Authorization: 'Bearer shown-to-it',
    'X-Other': 'y',
  });
  expect(secrets.mask('shown-to-it is expired')).toBe('[REDACTED] is expired');
});

test('the proxy is that of the settings, else of the environment for the server that is asked for', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'other.example' };
  const proxy = { url: 'http://own', headers: {} };
  expect(serverWay(serverSettings({ proxy }), env, new Secrets(), logger).clientOptions.proxy).toBe(proxy);
  const { proxy: asked } = serverWay(serverSettings(), env, new Secrets(), logger).clientOptions;
  const ask = (url: string) => (typeof asked === 'function' ? asked(url) : asked)?.url;
  expect([ask('wss://fleet.example/'), ask('wss://other.example/')]).toEqual([
    'http://proxy:3128',
    undefined,
  ]);
});

test("the system's authorities are looked at once those of Node.js did not know the server's, and not before", async () => {
  const server = createServer({ cert: pem('server-cert'), key: pem('server-key') });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const unknown = await new Promise<Error>((resolve) => {
    const { port } = server.address() as AddressInfo;
    tls.connect({ host: '127.0.0.1', port }).on('error', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
  const way = serverWay(serverSettings(), {}, new Secrets(), logger);
  way.failed(new OpampError('unauthorized', 'no'));
  way.failed(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
  expect(tls.setDefaultCACertificates).not.toHaveBeenCalled();
  way.failed(new Error('no token', { cause: unknown }));
  way.failed(unknown);
  expect(tls.setDefaultCACertificates).toHaveBeenCalledTimes(1);
  const other = serverWay(serverSettings(), {}, new Secrets(), logger);
  other.offered('ws://plain.example/');
  expect(tls.setDefaultCACertificates).toHaveBeenCalledTimes(1);
  other.offered('wss://private.example/');
  expect(tls.setDefaultCACertificates).toHaveBeenCalledTimes(2);
});
