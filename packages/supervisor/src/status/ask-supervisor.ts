import { request } from 'node:http';
import { localSocketPath, shortSocketPath } from './local-socket.ts';

export type SupervisorAnswer =
  | { readonly kind: 'answer'; readonly code: number; readonly body: string }
  /** Nobody listens there. */
  | { readonly kind: 'no_supervisor'; readonly socket: string }
  /** The socket belongs to another user. */
  | { readonly kind: 'no_permission'; readonly socket: string }
  | { readonly kind: 'failed'; readonly socket: string; readonly message: string };

/** More than any supervisor says of itself. */
const MAX_ANSWER_BYTES = 32 * 1_024 * 1_024;

/** Asks the supervisor that runs on a storage folder, by its socket. */
export function askSupervisor(
  storageFolder: string,
  path: '/health' | '/ready' | '/status' | '/metrics',
  limitMs = 5_000,
): Promise<SupervisorAnswer> {
  const socket = localSocketPath(storageFolder);
  return new Promise((resolve) => {
    let short: ReturnType<typeof shortSocketPath>;
    try {
      short = shortSocketPath(socket);
    } catch (error) {
      resolve(explain(socket, error as NodeJS.ErrnoException));
      return;
    }
    const finish = (answer: SupervisorAnswer) => {
      short.release();
      resolve(answer);
    };
    const asked = request(
      { socketPath: short.path, path, agent: false, signal: AbortSignal.timeout(limitMs) },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_ANSWER_BYTES) asked.destroy(new Error('the answer has no end'));
          else parts.push(part);
        });
        response.on('end', () =>
          finish({
            kind: 'answer',
            code: response.statusCode ?? 0,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        );
        response.on('error', (error) => finish(explain(socket, error)));
      },
    );
    asked.on('error', (error) => finish(explain(socket, error)));
    asked.end();
  });
}

function explain(socket: string, error: NodeJS.ErrnoException): SupervisorAnswer {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return { kind: 'no_supervisor', socket };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'no_permission', socket };
    case 'ABORT_ERR':
      return { kind: 'failed', socket, message: 'the supervisor did not answer in time' };
    default:
      return { kind: 'failed', socket, message: error.message };
  }
}
