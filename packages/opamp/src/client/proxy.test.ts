import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createOpampServer } from '../server/opamp-server.ts';
import type { Transport } from '../testing/fake-agent.ts';
import { startFakeServer } from '../testing/fake-server.ts';
import { startTestClient } from '../testing/test-client.ts';

const pem = (name: string) =>
  readFileSync(new URL(`../testing/localhost-${name}.pem`, import.meta.url), 'utf8');

/** A proxy that knows CONNECT alone and writes down what it was asked. */
async function startProxy(isSecure = false, status = 200) {
  const asked: IncomingMessage[] = [];
  const sockets = new Set<Duplex>();
  const server = isSecure ? createTlsServer({ key: pem('key'), cert: pem('cert') }) : createServer();
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    asked.push(request);
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const onwards = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onwards.pipe(socket).pipe(onwards);
    });
    sockets.add(onwards);
    onwards.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: (credentials = '') => `${isSecure ? 'https' : 'http'}://${credentials}127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each<Transport>(['websocket', 'http'])('a proxy over %s', (transport) => {
  test.each([false, true])(
    'is asked for a tunnel, with its own headers (proxy with TLS: %s)',
    async (isSecure) => {
      await using proxy = await startProxy(isSecure);
      await using server = await startFakeServer(transport);
      const headers = { 'X-Proxy': 'one' };
      await using tested = startTestClient(server, {
        proxy: { url: proxy.url('me:se%20cret@'), headers },
        tls: { ca: pem('cert') },
        headers: { Authorization: 'Bearer server' },
      });
      const { headers: seen, answer } = await server.received.take();
      answer({ capabilities: 3n });
      await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
      expect(proxy.asked[0]?.url).toBe(`127.0.0.1:${server.port}`);
      expect(proxy.asked[0]?.headers).toMatchObject({
        'x-proxy': 'one',
        'proxy-authorization': `Basic ${Buffer.from('me:se cret').toString('base64')}`,
      });
      expect(proxy.asked[0]?.headers.authorization).toBeUndefined();
      expect(seen).toMatchObject({ authorization: 'Bearer server' });
      expect(seen['x-proxy']).toBeUndefined();
    },
  );

  test('carries TLS to the server, whose certificate is verified', async () => {
    await using proxy = await startProxy();
    const http = createTlsServer({ key: pem('key'), cert: pem('cert') });
    const opamp = createOpampServer({ capabilities: 1n, host: {} });
    opamp.attach(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const url = `${transport === 'http' ? 'https' : 'wss'}://127.0.0.1:${port}/v1/opamp`;
    for (const [tls, kind] of [
      [{ ca: pem('cert') }, 'onConnect'],
      [{}, 'onConnectFailed'],
    ] as const) {
      await using tested = startTestClient(url, { proxy: { url: proxy.url() }, tls });
      expect((await tested.events.take()).kind).toBe(kind);
    }
    await opamp.drain(0);
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  test('may differ from server to server', async () => {
    await using proxy = await startProxy();
    await using direct = await startFakeServer(transport);
    await using proxied = await startFakeServer(transport);
    const asked: string[] = [];
    for (const server of [direct, proxied]) {
      await using tested = startTestClient(server, {
        proxy: (url) => {
          asked.push(url);
          return url === proxied.url ? { url: proxy.url() } : undefined;
        },
      });
      (await server.received.take()).answer({ capabilities: 3n });
      await tested.events.takeWhere(({ kind }) => kind === 'onConnect');
    }
    expect(asked).toEqual([direct.url, proxied.url]);
    expect(proxy.asked.map(({ url }) => url)).toEqual([`127.0.0.1:${proxied.port}`]);
  });

  test('that refuses, or is not there, is told of', async () => {
    await using proxy = await startProxy(false, 407);
    await using server = await startFakeServer(transport);
    for (const [url, code] of [
      [proxy.url(), 'proxy_failed'],
      ['http://127.0.0.1:1', 'ECONNREFUSED'],
    ] as const) {
      await using tested = startTestClient(server, { proxy: { url } });
      const { kind, args } = await tested.events.take();
      expect([kind, (args[0] as { code?: string }).code]).toEqual(['onConnectFailed', code]);
    }
  });
});

describe.each<Transport>(['websocket', 'http'])('redirects over %s', (transport) => {
  test('are followed, and credentials stay behind', async () => {
    await using first = await startFakeServer(transport);
    await using second = await startFakeServer(transport);
    first.refusal = { status: 307, headers: { Location: second.url.replace('ws:', 'http:') } };
    const headers = { Authorization: 'Bearer x', 'X-Other': 'y' };
    await using _tested = startTestClient(second, { url: first.url, headers });
    const { headers: seen, message, answer } = await second.received.take();
    answer({ capabilities: 3n });
    expect(message.agentDescription).toBeDefined();
    expect([seen.authorization, seen['x-other']]).toEqual([undefined, 'y']);
  });

  test('in a circle, and to another kind of place, are not', async () => {
    await using server = await startFakeServer(transport);
    for (const location of [server.url, 'ftp://127.0.0.1/']) {
      server.refusal = { status: 302, headers: { Location: location } };
      await using tested = startTestClient(server, { maxRedirects: 2 });
      expect((await tested.events.take()).kind).toBe('onConnectFailed');
    }
  });
});

test('a redirect from TLS to no TLS is refused over both', async () => {
  const http = createTlsServer({ key: pem('key'), cert: pem('cert') }, (_request, response) => {
    response.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end();
  });
  http.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  for (const scheme of ['wss', 'https']) {
    await using tested = startTestClient(`${scheme}://127.0.0.1:${port}/`, { tls: { ca: pem('cert') } });
    const { kind, args } = await tested.events.take();
    expect([kind, (args[0] as { code?: string }).code]).toEqual(['onConnectFailed', 'redirect_refused']);
  }
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});
