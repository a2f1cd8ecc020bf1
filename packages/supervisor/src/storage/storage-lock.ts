import { randomUUID } from 'node:crypto';
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isAlive } from '../process/process-identity.ts';
import { bindLockSocket } from './lock-socket.ts';
import type { ProcessIdentity } from './process-record.ts';

export type LockResult =
  | {
      readonly kind: 'locked';
      /** Why the lock file could not be written, where that is so; the folder is held all the same. */
      readonly problem: string | undefined;
      release(): void;
    }
  | { readonly kind: 'held'; readonly pid: number; readonly file: string };

interface LockHolder extends ProcessIdentity {
  readonly id: string;
}

const MAX_TAKEOVERS = 5;

/** What a disk answers that takes nothing more. */
const DISK_ERRORS = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

/**
 * Makes this process the only supervisor on a storage folder. The lock of a process that is gone is taken over. Where the
 * disk takes nothing more, the socket alone holds the folder: an agent that runs there needs its supervisor then most of all.
 */
export async function lockStorage(folder: string): Promise<LockResult> {
  const file = join(folder, 'supervisor.lock');
  const socket = await bindLockSocket(folder);
  if (socket.kind === 'taken' && socket.pid !== undefined) return { kind: 'held', pid: socket.pid, file };
  const own: LockHolder = { ...identityOf(process.pid), id: randomUUID() };
  const locked = (problem?: string): LockResult => ({
    kind: 'locked',
    problem,
    release() {
      release(file, own);
      if (socket.kind === 'bound') socket.release();
    },
  });
  try {
    const holder = lockFile(file, own);
    if (holder === undefined) return locked();
    if (socket.kind === 'bound') socket.release();
    return { kind: 'held', pid: holder.pid, file };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const holder = read(file);
    if (holder !== undefined && isAlive(holder)) return { kind: 'held', pid: holder.pid, file };
    if (socket.kind !== 'bound' || !DISK_ERRORS.includes(code)) throw error;
    return locked(`the lock ${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Undefined once the file is ours; the one who has it otherwise. */
function lockFile(file: string, own: LockHolder): LockHolder | undefined {
  for (let attempt = 0; attempt < MAX_TAKEOVERS; attempt++) {
    if (create(file, own)) return undefined;
    const holder = read(file);
    if (holder !== undefined && isAlive(holder)) return holder;
    removeStale(file, holder);
  }
  throw new Error(`cannot take over the lock ${file}: it keeps changing`);
}

/** The pid of the supervisor that has this folder; undefined where none runs. Takes nothing. */
export function lockHolder(folder: string): number | undefined {
  const holder = read(join(folder, 'supervisor.lock'));
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined;
}

/** Atomic, content included: a lock file that can be seen is whole, save after a power loss. */
function create(file: string, own: LockHolder): boolean {
  const temporary = `${file}.${own.id}`;
  try {
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(handle, JSON.stringify(own));
    } finally {
      closeSync(handle);
    }
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Of two supervisors that both saw the stale lock, the slower one may move away the lock of the faster one: then it puts it back. */
function removeStale(file: string, stale: LockHolder | undefined): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved !== undefined && moved.id !== stale?.id) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one holds it now.
    }
  }
  rmSync(aside, { force: true });
}

function read(file: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
    return typeof holder.pid === 'number' && typeof holder.id === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

function release(file: string, own: LockHolder): void {
  try {
    if (read(file)?.id === own.id) rmSync(file, { force: true });
  } catch {
    // A disk that has become read-only keeps it; the next supervisor sees that its holder is gone.
  }
}
