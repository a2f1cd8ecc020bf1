import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

const LISTEN_STATE = '0A';

/** Undefined while nobody listens on this port of 127.0.0.1, else who does, as far as this system tells. */
export async function portUser(port: number): Promise<string | undefined> {
  const isFree = await new Promise<boolean>((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
  // Another's listener on all addresses does not keep us from binding 127.0.0.1 on every system.
  const user = listener(port);
  return isFree && user === undefined ? undefined : (user ?? 'another program');
}

/** `name (pid 123)` of the process that listens on a port; Linux only, and only for processes that this user may see. */
function listener(port: number): string | undefined {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)),
  );
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
        if (inode !== undefined && inodes.has(inode)) return describeProcess(pid);
      }
    } catch {
      // Another user's process, or one that ended between the two looks.
    }
  }
  return 'a process of another user';
}

function listeningInodes(table: string, port: number): readonly string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTEN_STATE && local?.endsWith(`:${hexPort}`))
      .flatMap((columns) => columns[9] ?? []);
  } catch {
    return [];
  }
}

function describeProcess(pid: string): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  return `"${command.slice(0, 100)}" (pid ${pid})`;
}
