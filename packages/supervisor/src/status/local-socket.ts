import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Longer paths cannot be the address of a Unix socket (107 bytes on Linux, 103 on macOS). */
const MAX_SOCKET_PATH_BYTES = 103;

/** Where the supervisor of this storage folder answers: a Unix socket in it, on Windows a named pipe. */
export function localSocketPath(storageFolder: string): string {
  if (process.platform !== 'win32') return join(storageFolder, 'supervisor.sock');
  const id = createHash('sha256').update(storageFolder.toLowerCase()).digest('hex').slice(0, 16);
  return `\\\\.\\pipe\\drover-supervisor-${id}`;
}

/** A path to the same socket that is short enough to be an address; good until it is released. */
export function shortSocketPath(path: string): { readonly path: string; release(): void } {
  if (process.platform === 'win32' || Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES)
    return { path, release: () => {} };
  if (process.platform !== 'linux') {
    throw new Error(
      `the path ${path} is longer than the ${MAX_SOCKET_PATH_BYTES} bytes that a socket's address may have; give the supervisor a storage.directory with a shorter path`,
    );
  }
  const folder = openSync(dirname(path), 'r');
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
}
