import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { listenedHost } from '../status/local-listener.ts';

export type PortState =
  | { readonly kind: 'free' }
  /** `owner` is empty where the system does not tell. */
  | { readonly kind: 'taken'; readonly owner: string }
  | { readonly kind: 'not_allowed' }
  | { readonly kind: 'no_such_address' }
  | { readonly kind: 'failed'; readonly message: string };

/** Whether this user could listen there now, for TCP. Listens for a moment. */
export async function probePort(host: string, port: number): Promise<PortState> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: listenedHost(host), port, exclusive: true }, resolve);
    });
    return { kind: 'free' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    switch (code) {
      case 'EADDRINUSE':
        return { kind: 'taken', owner: listenerOf(port) };
      case 'EACCES':
        return { kind: 'not_allowed' };
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return { kind: 'no_such_address' };
      default:
        return { kind: 'failed', message };
    }
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}

/** "process 12 (nginx)" for who listens on a port, where Linux tells it and this user may know. */
function listenerOf(port: number): string {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)),
  );
  if (inodes.size === 0) return '';
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const handle of entriesOf(`/proc/${pid}/fd`)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${handle}`)) ?? [];
      if (inode !== undefined && inodes.has(inode))
        return `process ${pid} (${textOf(`/proc/${pid}/comm`).trim()})`;
    }
  }
  return '';
}

function listeningInodes(table: string, port: number): readonly string[] {
  const LISTEN = '0A';
  return textOf(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, local = '', , state]) =>
        state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port,
    )
    .map((fields) => fields[9] ?? '');
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
