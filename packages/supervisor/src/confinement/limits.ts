/** What an agent may use; undefined = as much as there is. */
export interface Limits {
  readonly memoryBytes: number | undefined;
  /** Cores; fractions too. */
  readonly cpus: number | undefined;
  /** Processes and threads together. */
  readonly tasks: number | undefined;
  readonly openFiles: number | undefined;
}

export const LIMIT_KEYS = ['memory', 'cpu', 'tasks', 'open_files'] as const;
export type LimitKey = (typeof LIMIT_KEYS)[number];

/** What this host offers to hold an agent to its limits. */
export interface LimitMeans {
  /** The controllers of control groups that can be set for an agent; why there are none, else. */
  readonly controllers:
    | { readonly kind: 'some'; readonly names: ReadonlySet<'memory' | 'cpu' | 'pids'> }
    | { readonly kind: 'none'; readonly why: string };
  /** The program that sets the limits of a process it becomes. */
  readonly hasPrlimit: boolean;
  /** The highest number of open files that this process may allow. */
  readonly mostOpenFiles: number;
  /** The agent shares its user with no other program, root least of all. */
  readonly hasOwnUser: boolean;
  /** The program is written in Go and knows the variables of its runtime. */
  readonly isGo: boolean;
}

/** How one limit is held; `by` names what holds it, `shortfall` what is missing. */
export interface LimitHold {
  readonly limit: LimitKey;
  readonly wanted: string;
  readonly by: 'control group' | 'prlimit' | 'Go runtime' | 'nothing';
  readonly shortfall: string | undefined;
}

export interface LimitPlan {
  readonly holds: readonly LimitHold[];
  /** For the control group. */
  readonly group: { readonly memoryBytes?: number; readonly cpus?: number; readonly tasks?: number };
  /** Arguments of `prlimit` before the program. */
  readonly prlimit: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Share of the memory limit at which Go's collector of garbage works harder, so that the limit itself is rarely met. */
const GO_MEMORY_SHARE = 0.8;

/** Decides by what each limit is held. What cannot be held is said, never left out in silence. */
export function planLimits(limits: Limits, means: LimitMeans): LimitPlan {
  const holds: LimitHold[] = [];
  const prlimit: string[] = [];
  const env: Record<string, string> = {};
  const { controllers } = means;
  const has = (name: 'memory' | 'cpu' | 'pids') => controllers.kind === 'some' && controllers.names.has(name);
  const whyNoGroup = controllers.kind === 'none' ? controllers.why : 'its controller is not available';
  const hold = (limit: LimitKey, wanted: string, by: LimitHold['by'], shortfall?: string) =>
    holds.push({ limit, wanted, by, shortfall });
  const { memoryBytes, cpus, tasks, openFiles } = limits;

  if (memoryBytes !== undefined) {
    const wanted = `${Math.round(memoryBytes / 2 ** 20)} MiB`;
    if (means.isGo) env.GOMEMLIMIT = String(Math.round(memoryBytes * GO_MEMORY_SHARE));
    if (has('memory')) hold('memory', wanted, 'control group');
    else if (means.hasPrlimit) {
      // Address space is no measure: a Go program reserves far more than it uses.
      prlimit.push(`--data=${memoryBytes}`);
      hold('memory', wanted, 'prlimit');
    } else hold('memory', wanted, 'nothing', `no control group (${whyNoGroup}) and no prlimit`);
  }
  if (cpus !== undefined) {
    if (has('cpu')) hold('cpu', String(cpus), 'control group');
    else if (means.isGo) {
      const cores = Math.max(1, Math.ceil(cpus));
      env.GOMAXPROCS = String(cores);
      const isExact = cores === cpus;
      hold(
        'cpu',
        String(cpus),
        'Go runtime',
        isExact ? undefined : `no control group (${whyNoGroup}): held to ${cores} by GOMAXPROCS`,
      );
    } else hold('cpu', String(cpus), 'nothing', `no control group (${whyNoGroup})`);
  }
  if (tasks !== undefined) {
    if (has('pids')) hold('tasks', String(tasks), 'control group');
    else if (means.hasPrlimit && means.hasOwnUser) {
      prlimit.push(`--nproc=${tasks}`);
      hold('tasks', String(tasks), 'prlimit');
    } else
      hold(
        'tasks',
        String(tasks),
        'nothing',
        `no control group (${whyNoGroup}), and prlimit counts for a user of its own alone`,
      );
  }
  if (openFiles !== undefined) {
    const most = Math.min(openFiles, means.mostOpenFiles);
    if (!means.hasPrlimit) hold('open_files', String(openFiles), 'nothing', 'no prlimit');
    else {
      prlimit.push(`--nofile=${most}`);
      hold(
        'open_files',
        String(openFiles),
        'prlimit',
        most < openFiles ? `this supervisor itself may have no more than ${most} open` : undefined,
      );
    }
  }
  return {
    holds,
    group: {
      ...(has('memory') && memoryBytes !== undefined ? { memoryBytes } : {}),
      ...(has('cpu') && cpus !== undefined ? { cpus } : {}),
      ...(has('pids') && tasks !== undefined ? { tasks } : {}),
    },
    prlimit,
    env,
  };
}
