import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

export type LockSocket =
  | { readonly kind: 'bound'; release(): void }
  | { readonly kind: 'taken'; readonly pid: number | undefined }
  /** This system has no such names. */
  | { readonly kind: 'unsupported' };

/**
 * Holds a name that stands for a storage folder and ends with the process that holds it, without anything on disk: what
 * a full disk can neither prevent nor leave behind. It is seen in one network namespace only, so it stands beside the lock file and not in its place.
 */
export function bindLockSocket(folder: string): Promise<LockSocket> {
  if (process.platform !== 'linux') return Promise.resolve({ kind: 'unsupported' });
  const id = createHash('sha256').update(realpathSync(folder)).digest('hex');
  const name = `drover-supervisor-${id}`;
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve({ kind: 'taken', pid: holderOf(name) });
      else reject(error);
    });
    server.listen(`\0${name}`, () => resolve({ kind: 'bound', release: () => close(server) }));
  });
}

function close(server: Server): void {
  server.close();
}

/** The process of this user that has the name; undefined where another user took it, who is no supervisor of this folder. */
function holderOf(name: string): number | undefined {
  const line = readFileSync('/proc/net/unix', 'latin1')
    .split('\n')
    .find((entry) => entry.endsWith(`@${name}`));
  const inode = line?.trim().split(/\s+/)[6];
  if (inode === undefined) return undefined;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const folder = `/proc/${entry}/fd`;
      for (const handle of readdirSync(folder))
        if (readlinkSync(`${folder}/${handle}`) === `socket:[${inode}]`) return Number(entry);
    } catch {
      // Gone, or not ours to look into.
    }
  }
  return undefined;
}
