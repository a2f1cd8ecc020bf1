import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { probeDestination } from './probe-destination.ts';

const pem = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../opamp/src/testing/tls/${name}.pem`, import.meta.url)), 'utf8');
const options = { env: {}, limitMs: 0, pauseMs: 1, signal: new AbortController().signal };

async function destination(statuses: readonly number[], isSecure = false) {
  const asked: { request: IncomingMessage; certificate: unknown }[] = [];
  const answer: Parameters<typeof createServer>[1] = (request, response) => {
    const socket = request.socket as TLSSocket;
    asked.push({ request, certificate: isSecure ? socket.getPeerCertificate().subject?.CN : undefined });
    response.writeHead(statuses[Math.min(asked.length, statuses.length) - 1] ?? 200).end();
  };
  const tls = {
    cert: pem('server-cert'),
    key: pem('server-key'),
    ca: pem('agent-ca-cert'),
    requestCert: true,
    rejectUnauthorized: true,
  };
  const server = isSecure ? createTlsServer(tls, answer) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    endpoint: `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}/v1/logs`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('an export without content is sent, as exporters do', async () => {
  await using it = await destination([200]);
  const probe = await probeDestination({ endpoint: it.endpoint, headers: { 'X-Key': 'k' } }, options);
  expect(probe).toEqual({ kind: 'answers' });
  const { request } = it.asked[0] ?? {};
  expect([request?.method, request?.url]).toEqual(['POST', '/v1/logs']);
  expect(request?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'content-length': '0',
    'x-key': 'k',
  });
});

test.each([[400], [429], [503]])('HTTP %i shows that somebody is there', async (status) => {
  await using it = await destination([status]);
  expect(await probeDestination({ endpoint: it.endpoint, headers: {} }, options)).toEqual({
    kind: 'answers',
  });
});

test.each([[401], [403], [404], [405], [302]])('HTTP %i is refused at once', async (status) => {
  await using it = await destination([status]);
  const probe = await probeDestination(
    { endpoint: it.endpoint, headers: {} },
    { ...options, limitMs: 60_000 },
  );
  expect(probe).toMatchObject({ kind: 'refused', message: expect.stringContaining(`HTTP ${status}`) });
  expect(it.asked).toHaveLength(1);
});

test('one that has its troubles is tried again, for a while', async () => {
  await using it = await destination([500, 500, 200]);
  const patient = { ...options, limitMs: 60_000 };
  expect(await probeDestination({ endpoint: it.endpoint, headers: {} }, patient)).toEqual({
    kind: 'answers',
  });
  expect(it.asked).toHaveLength(3);
  await using ill = await destination([500]);
  expect(await probeDestination({ endpoint: ill.endpoint, headers: {} }, options)).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('HTTP 500'),
  });
});

test('nobody there is refused after that time, with the reason', async () => {
  const probe = await probeDestination({ endpoint: 'http://127.0.0.1:1/', headers: {} }, options);
  expect(probe).toMatchObject({ kind: 'refused', message: expect.stringContaining('ECONNREFUSED') });
});

test('authority and certificate are used', async () => {
  await using it = await destination([200], true);
  const { endpoint } = it;
  const certificate = { cert: pem('agent-cert'), key: pem('agent-key') };
  const good = { endpoint, headers: {}, ca: pem('ca-cert'), certificate };
  expect(await probeDestination(good, options)).toEqual({ kind: 'answers' });
  expect(it.asked[0]?.certificate).toBe('agent');
  const { ca: _ca, ...untrusting } = good;
  expect((await probeDestination(untrusting, options)).kind).toBe('refused');
  const { certificate: _certificate, ...nobody } = good;
  expect((await probeDestination(nobody, options)).kind).toBe('refused');
});

test('a supervisor that stops does not go on asking', async () => {
  const stopping = new AbortController();
  stopping.abort();
  const patient = { ...options, limitMs: 60_000, pauseMs: 60_000, signal: stopping.signal };
  expect((await probeDestination({ endpoint: 'http://127.0.0.1:1/', headers: {} }, patient)).kind).toBe(
    'refused',
  );
});
