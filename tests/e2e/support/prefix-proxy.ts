import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that serves another server below a path, as one that many tools share does. */
export interface PrefixProxy extends AsyncDisposable {
  /** With the path. */
  readonly url: string;
  readonly prefix: string;
  /** Paths that were asked for outside of the prefix. */
  readonly strays: readonly string[];
  /** Where what comes goes on to. */
  target: string;
}

/** The prefix is taken off before the request goes on; answers go through as they come. */
export async function startPrefixProxy(prefix: string): Promise<PrefixProxy> {
  const strays: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (!path.startsWith(`${prefix}/`)) {
      strays.push(path);
      response.writeHead(404).end('not behind this prefix');
      return;
    }
    const onwards = ask(
      `${proxy.target}${path.slice(prefix.length)}`,
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      },
    );
    onwards.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => onwards.destroy());
    request.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = {
    url: `http://127.0.0.1:${port}${prefix}`,
    prefix,
    strays,
    target: '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
