import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type Controller = 'memory' | 'cpu' | 'pids';

/** A control group of the kernel for one agent: it holds the agent with everything that it starts. */
export interface ControlGroup {
  /** What it can limit on this host. */
  readonly controllers: ReadonlySet<Controller>;
  /** Sets these limits and lifts all others. Throws where the kernel refuses. */
  limit(limits: { readonly memoryBytes?: number; readonly cpus?: number; readonly tasks?: number }): void;
  /** Takes a process in; what it starts from now on is in too. */
  admit(pid: number): void;
  /** How often the kernel has killed in it because memory ran out, ever. */
  outOfMemoryKills(): number;
  /** Safe where it is not there; one with processes in it stays. */
  remove(): void;
}

export type OpenControlGroup =
  | { readonly kind: 'open'; readonly group: ControlGroup }
  | { readonly kind: 'none'; readonly why: string };

export interface ControlGroupPlace {
  /** Where control groups are mounted. */
  readonly root: string;
  /** The text of /proc/self/cgroup. */
  readonly own: string;
  /** This process. */
  readonly pid: number;
}

/** The folder that a supervisor puts itself into, beside those of its agents: version 2 has processes in leaves alone. */
const OWN_FOLDER = 'supervisor';
const PERIOD_US = 100_000;
const CONTROLLERS: readonly Controller[] = ['memory', 'cpu', 'pids'];

/** Makes the group of that name below this process's own, by version 2 of the kernel's interface or by version 1. */
export function openControlGroup(name: string, place: ControlGroupPlace = hereAndNow()): OpenControlGroup {
  try {
    if (place.own === '') return { kind: 'none', why: 'this system has no control groups' };
    return existsSync(join(place.root, 'cgroup.controllers'))
      ? openUnified(name, place)
      : openSeparate(name, place);
  } catch (error) {
    return { kind: 'none', why: `control groups cannot be made: ${(error as Error).message}` };
  }
}

function hereAndNow(): ControlGroupPlace {
  const own = process.platform === 'linux' ? readFileSync('/proc/self/cgroup', 'utf8') : '';
  return { root: '/sys/fs/cgroup', own, pid: process.pid };
}

/** Version 2: one tree for all controllers, delegated to this process by its service manager (systemd: `Delegate=yes`). */
function openUnified(name: string, { root, own, pid }: ControlGroupPlace): OpenControlGroup {
  const path = /^0::(.*)$/m.exec(own)?.[1];
  if (path === undefined) return { kind: 'none', why: 'this process is in no control group' };
  const current = join(root, path);
  const home = basename(current) === OWN_FOLDER ? dirname(current) : current;
  const offered = readFileSync(join(home, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
  const available = CONTROLLERS.filter((controller) => offered.includes(controller));
  if (available.length === 0)
    return { kind: 'none', why: `${home} has no controller for memory, cpu or pids` };
  const enable = () =>
    writeFileSync(
      join(home, 'cgroup.subtree_control'),
      available.map((controller) => `+${controller}`).join(' '),
    );
  try {
    enable();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    mkdirSync(join(home, OWN_FOLDER), { recursive: true });
    writeFileSync(join(home, OWN_FOLDER, 'cgroup.procs'), String(pid));
    enable();
  }
  const folder = join(home, name);
  mkdirSync(folder, { recursive: true });
  const set = (file: string, value: string) => {
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value);
  };
  return {
    kind: 'open',
    group: {
      controllers: new Set(available),
      limit({ memoryBytes, cpus, tasks }) {
        mkdirSync(folder, { recursive: true });
        set('memory.max', String(memoryBytes ?? 'max'));
        // What the agent has started is of no use without it.
        set('memory.oom.group', '1');
        set('cpu.max', cpus === undefined ? 'max' : `${Math.round(cpus * PERIOD_US)} ${PERIOD_US}`);
        set('pids.max', String(tasks ?? 'max'));
      },
      admit: (process) => writeFileSync(join(folder, 'cgroup.procs'), String(process)),
      outOfMemoryKills: () => killsIn(join(folder, 'memory.events')),
      remove: () => removeFolders([folder]),
    },
  };
}

/** Version 1: a tree for each controller. */
function openSeparate(name: string, { root, own }: ControlGroupPlace): OpenControlGroup {
  const folders = new Map<Controller, string>();
  for (const line of own.split('\n')) {
    const [, names = '', path = '/'] = line.split(':');
    for (const controller of CONTROLLERS.filter((each) => names.split(',').includes(each))) {
      const tree = [join(root, controller), join(root, names)].find((each) => existsSync(each));
      if (tree === undefined) continue;
      // Within a container the path may be one of the host, which is not to be seen here.
      const home = existsSync(join(tree, path)) ? join(tree, path) : tree;
      const folder = join(home, name);
      mkdirSync(folder, { recursive: true });
      folders.set(controller, folder);
    }
  }
  if (folders.size === 0) return { kind: 'none', why: `${root} has no controller for memory, cpu or pids` };
  const set = (controller: Controller, file: string, value: string) => {
    const folder = folders.get(controller);
    if (folder !== undefined) writeFileSync(join(folder, file), value);
  };
  return {
    kind: 'open',
    group: {
      controllers: new Set(folders.keys()),
      limit({ memoryBytes, cpus, tasks }) {
        for (const folder of folders.values()) mkdirSync(folder, { recursive: true });
        set('memory', 'memory.limit_in_bytes', String(memoryBytes ?? -1));
        set('cpu', 'cpu.cfs_period_us', String(PERIOD_US));
        set('cpu', 'cpu.cfs_quota_us', String(cpus === undefined ? -1 : Math.round(cpus * PERIOD_US)));
        set('pids', 'pids.max', String(tasks ?? 'max'));
      },
      admit(process) {
        for (const folder of folders.values()) writeFileSync(join(folder, 'cgroup.procs'), String(process));
      },
      outOfMemoryKills: () => killsIn(join(folders.get('memory') ?? '', 'memory.oom_control')),
      remove: () => removeFolders([...folders.values()]),
    },
  };
}

function killsIn(file: string): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function removeFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // A process that has just ended may still be counted there; the next start takes the same folder.
    }
  }
}
