import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process of this machine does the same in this folder. A lock whose owner is gone is
 * taken over; `onWait` is called now and then while another one works.
 */
export async function withLock<T>(
  folder: string,
  onWait: (pid: number | undefined) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const owner = join(lock, 'pid');
  while (!tryLock(lock, owner)) {
    const pid = ownerOf(owner);
    if (pid !== undefined && !isRunning(pid)) rmSync(lock, { recursive: true, force: true });
    else onWait(pid);
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string, owner: string): boolean {
  try {
    mkdirSync(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(owner, String(process.pid));
  return true;
}

function ownerOf(owner: string): number | undefined {
  try {
    return Number(readFileSync(owner, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
