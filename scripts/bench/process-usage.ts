import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all its descendants have used. */
export interface Usage {
  /** User and system time, ended children included, in microseconds; the system counts it in steps of 10 ms. */
  readonly cpuUs: number;
  readonly rssKiB: number;
}

const US_PER_TICK = 10_000;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks; fields count from behind it: state is 3, ppid 4, utime 14 to cstime 17.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { pid, parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

function rssKiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The process and its descendants, those that run now. */
export function processTree(root: number): readonly number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
  const tree = new Set([root]);
  for (let before = 0; before !== tree.size; ) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
}

export function usageOf(root: number): Usage {
  const pids = processTree(root);
  return {
    cpuUs: pids.reduce((sum, pid) => sum + (statOf(pid)?.ticks ?? 0), 0) * US_PER_TICK,
    rssKiB: pids.reduce((sum, pid) => sum + rssKiB(pid), 0),
  };
}
