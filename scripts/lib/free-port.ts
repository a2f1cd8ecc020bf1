import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that was free a moment ago; for programs that cannot bind port 0 and say which they got. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => done(port));
    });
  });
}
