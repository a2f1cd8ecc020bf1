import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../storage/process-record.ts';

/** The identity of a running process, to be recognised later. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startMark: startMarkOf(pid) ?? 'gone' };
}

/** True while this very process runs; a zombie does not, and neither does another process with its pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  return startMarkOf(identity.pid) === identity.startMark;
}

/** The processes that lead a group and whose environment holds `name=value`; empty where the system does not show environments. */
export function findLeadersByEnvironment(name: string, value: string): readonly ProcessIdentity[] {
  return findLeaders(name, (given) => given === value).map(({ identity }) => identity);
}

interface FoundProcess {
  readonly identity: ProcessIdentity;
  readonly value: string;
}

/** The processes that lead a group and whose environment gives `name` a value that is wanted, each with that value; those that started first come first. */
export function findLeaders(name: string, isWanted: (value: string) => boolean): readonly FoundProcess[] {
  // Children inherit the environment; the process that was started with it leads their group.
  return findProcesses(name, isWanted).filter(({ identity: { pid } }) => groupOf(pid) === pid);
}

/** Every process whose environment holds `name=value`, children of the one that was started with it among them. */
export function findByEnvironment(name: string, value: string): readonly ProcessIdentity[] {
  return findProcesses(name, (given) => given === value).map(({ identity }) => identity);
}

/** What a running process has under this name in its environment; undefined where that cannot be seen. */
export function environmentOf(pid: number, name: string): string | undefined {
  try {
    const prefix = `${name}=`;
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return environment.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  } catch {
    return undefined;
  }
}

function findProcesses(name: string, isWanted: (value: string) => boolean): readonly FoundProcess[] {
  const found: (FoundProcess & { readonly startTicks: number })[] = [];
  for (const entry of processFolders()) {
    const pid = Number(entry);
    const value = environmentOf(pid, name);
    if (value === undefined || !isWanted(value)) continue;
    const startMark = startMarkOf(pid);
    const startTicks = Number(startMark?.split('/')[1]);
    if (startMark !== undefined) found.push({ identity: { pid, startMark }, value, startTicks });
  }
  return found.sort((a, b) => a.startTicks - b.startTicks || a.identity.pid - b.identity.pid);
}

function processFolders(): readonly string[] {
  try {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
}

/** Undefined when there is no such process, or only its zombie. */
function startMarkOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startMarkFromProc(pid) : startMarkFromPs(pid);
}

function startMarkFromProc(pid: number): string | undefined {
  const fields = statFields(pid);
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === undefined || state === 'Z' || state === 'X' || startTicks === undefined) return undefined;
  return `${bootId()}/${startTicks}`;
}

function groupOf(pid: number): number {
  return Number(statFields(pid)[2]);
}

/** The fields of /proc/PID/stat from the state on; empty when there is no such process. */
function statFields(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name is in parentheses and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

function startMarkFromPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  const line = stdout?.trim();
  if (status !== 0 || !line || line.startsWith('Z')) return undefined;
  return line.replace(/^\S+\s+/, '');
}
