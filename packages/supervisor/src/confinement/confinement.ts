import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Account } from './account.ts';
import { type ControlGroup, openControlGroup } from './control-group.ts';
import { type LimitHold, type Limits, planLimits } from './limits.ts';

/** How a program is started. */
export interface Command {
  readonly executable: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** As whom and within which limits one agent runs. */
export interface Confinement {
  readonly account: Account | undefined;
  /** How each limit that is set is held, and what is missing. */
  readonly holds: readonly LimitHold[];
  /** The command that starts the program within its limits; its process has the same pid. */
  confine(command: Command): Command;
  /** The command waits at its file descriptor 3 until something comes or it is closed, for `admit` to be called before. */
  readonly isGated: boolean;
  /** Called with each process of the agent, also with an adopted one. */
  admit(pid: number): void;
  /** The limit in bytes, where the kernel has killed the agent since `admit` for needing more; undefined else, and where that cannot be known. */
  outOfMemoryAt(): number | undefined;
  /** When the agent is gone. */
  release(): void;
}

export interface ConfinementOptions {
  readonly account: Account | undefined;
  readonly limits: Limits;
  readonly isGo: boolean;
  /** Tells the agents of this host apart. */
  readonly storageFolder: string;
  readonly name: string;
  readonly onProblem: (message: string) => void;
}

/**
 * What a program uses before it is in its group stays outside: it begins when it has been let in. Where the supervisor
 * dies before that, it begins all the same.
 */
const GATE = ['/bin/sh', '-c', 'read -r _ <&3; exec 3<&-; exec "$@"', 'sh'] as const;

/** Nothing on the host is changed before a limit asks for it. */
export function confinement(options: ConfinementOptions): Confinement {
  const { account, limits, onProblem } = options;
  const prlimit = findProgram('prlimit');
  const opened = needsGroup(limits)
    ? openControlGroup(groupName(options))
    : ({ kind: 'none', why: 'not needed' } as const);
  const plan = planLimits(limits, {
    controllers:
      opened.kind === 'open'
        ? { kind: 'some', names: opened.group.controllers }
        : { kind: 'none', why: opened.why },
    hasPrlimit: prlimit !== undefined,
    mostOpenFiles: mostOpenFiles(),
    hasOwnUser: account !== undefined && account.uid !== 0 && account.uid !== process.getuid?.(),
    isGo: options.isGo,
  });
  const group: ControlGroup | undefined = opened.kind === 'open' ? opened.group : undefined;
  const isGated = group !== undefined && existsSync(GATE[0]);
  let killsBefore = 0;
  const attempt = (what: string, step: () => void) => {
    try {
      step();
    } catch (error) {
      onProblem(`${what}: ${(error as Error).message}`);
    }
  };

  return {
    account,
    holds: plan.holds,
    isGated,
    confine({ executable, args, env }) {
      const [program = executable, ...rest] = [
        ...(isGated ? GATE : []),
        ...(prlimit === undefined || plan.prlimit.length === 0 ? [] : [prlimit, ...plan.prlimit, '--']),
        executable,
        ...args,
      ];
      return { executable: program, args: rest, env: { ...env, ...unset(plan.env, env) } };
    },
    admit(pid) {
      if (group === undefined) return;
      attempt('the limits of the agent cannot be set', () => {
        group.limit(plan.group);
        group.admit(pid);
      });
      killsBefore = group.outOfMemoryKills();
    },
    outOfMemoryAt: () =>
      group !== undefined && group.outOfMemoryKills() > killsBefore ? plan.group.memoryBytes : undefined,
    release: () => group?.remove(),
  };
}

function needsGroup({ memoryBytes, cpus, tasks }: Limits): boolean {
  return memoryBytes !== undefined || cpus !== undefined || tasks !== undefined;
}

/** The same for every supervisor that runs this agent, one after another. */
function groupName({ name, storageFolder }: ConfinementOptions): string {
  return `drover-${name}-${createHash('sha256').update(storageFolder).digest('hex').slice(0, 8)}`;
}

/** What the operator set himself stays. */
function unset(added: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(added).filter(([name]) => env[name] === undefined));
}

function mostOpenFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
    return hard === undefined || hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard);
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
