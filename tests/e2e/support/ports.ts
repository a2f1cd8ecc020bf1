import { createServer, type Server } from 'node:net';
import { eventually } from './process.ts';

/** A port that was free a moment ago, for programs that cannot be told to take any and say which. */
export async function freePort(): Promise<number> {
  await using taken = await takenPort();
  return taken.port;
}

/** A port that is taken for as long as the test wants; one that is still in use is waited for. */
export async function takenPort(port = 0): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = await eventually(`port ${port} is free`, () => listening(port));
  return { port: portOf(server), [Symbol.asyncDispose]: () => closed(server) };
}

function listening(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
