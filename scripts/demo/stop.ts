import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 12_000;

/**
 * Ends the processes (SIGTERM, and SIGKILL where that does not help), the last one after the others so that they can
 * say goodbye to it, then whatever still has the folder in its command line (a Collector that lost its supervisor), and removes the folder.
 */
export async function stopAll(pids: readonly number[], folder: string): Promise<void> {
  await Promise.all(pids.slice(0, -1).map(endProcess));
  await Promise.all(pids.slice(-1).map(endProcess));
  for (const pid of processesWith(folder)) await endProcess(pid);
  rmSync(folder, { recursive: true, force: true });
}

async function endProcess(pid: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  if (!send(pid, 'SIGTERM')) return;
  while (isAlive(pid)) {
    if (Date.now() > deadline) send(pid, 'SIGKILL');
    await sleep(50);
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** A zombie has ended: only its parent has not looked yet. */
function isAlive(pid: number): boolean {
  if (!send(pid, 0)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return !existsSync('/proc/self');
  }
}

/** Processes, other than this one, whose command line names the folder; none where the system has no /proc. */
function processesWith(folder: string): readonly number[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}
