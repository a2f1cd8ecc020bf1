import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Account } from '../confinement/account.ts';
import type { ProcessIdentity } from '../storage/process-record.ts';
import { environmentOf, findByEnvironment, identityOf, isAlive } from './process-identity.ts';
import { explainSpawnError } from './run-command.ts';

/** The environment variable that marks a process as ours, with the launch's id as its value. */
export const LAUNCH_VARIABLE = 'DROVER_LAUNCH_ID';
/** The environment variable that names the storage folder that a process belongs to. */
export const FOLDER_VARIABLE = 'DROVER_STORAGE_FOLDER';

const ADOPTED_POLL_MS = 500;
const KILL_LIMIT_MS = 5_000;
/** A process may fork while it is being looked for. */
const MAX_ROUNDS = 5;

/** How a process ended; both undefined for an adopted one, whose exit status only its first parent learns. */
export interface AgentExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The limit in bytes that the kernel killed it for; undefined where it did not, and where that cannot be known. */
  readonly outOfMemoryAt?: number | undefined;
}

/** A running agent. It leads its own process group and outlives this process. */
export interface AgentProcess {
  readonly identity: ProcessIdentity;
  readonly isAdopted: boolean;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<AgentExit>;
  /** The stop signal to the whole group, SIGKILL to what is left of it after `limitMs`. Resolves when it is gone. Safe at any time and twice. */
  stop(limitMs: number, signal?: NodeJS.Signals): Promise<AgentExit>;
}

export interface LaunchOptions {
  readonly executable: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly launchId: string;
  readonly storageFolder: string;
  /** Undefined: as this process. */
  readonly runAs: Account | undefined;
  /** Called with the pid while the program waits at its file descriptor 3 for its end; undefined: it begins at once. */
  readonly admit: ((pid: number) => void) | undefined;
  /** Open file for both outputs; closed here in any case. */
  readonly output: number;
}

export type LaunchResult =
  | { readonly kind: 'started'; readonly process: AgentProcess }
  | { readonly kind: 'failed'; readonly message: string };

/** Starts an agent in a process group of its own. */
export function launchAgentProcess(options: LaunchOptions): Promise<LaunchResult> {
  const { runAs, admit } = options;
  return new Promise((resolve) => {
    const child = spawn(options.executable, options.args, {
      detached: true,
      stdio: ['ignore', options.output, options.output, ...(admit === undefined ? [] : ['pipe' as const])],
      // Node drops the supplementary groups with them.
      ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
      env: {
        ...options.env,
        [LAUNCH_VARIABLE]: options.launchId,
        [FOLDER_VARIABLE]: options.storageFolder,
      },
    });
    closeSync(options.output);
    const exited = new Promise<AgentExit>((resolveExit) => {
      child.once('exit', (code, signal) => {
        resolveExit({ code: code ?? undefined, signal: signal ?? undefined });
      });
    });
    child.once('error', (error) => {
      resolve({ kind: 'failed', message: explainSpawnError(options.executable, error) });
    });
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined) return;
      admit?.(pid);
      const gate = child.stdio[3] as Writable | null | undefined;
      // A program that ended before it was let in is told of by its exit.
      gate?.on('error', () => {}).end();
      child.unref();
      resolve({ kind: 'started', process: agentProcess(identityOf(pid), exited, options.launchId, false) });
    });
  });
}

/** Takes charge of an agent that an earlier supervisor started. */
export function adoptAgentProcess(identity: ProcessIdentity): AgentProcess {
  const exited = new Promise<AgentExit>((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return;
      clearInterval(timer);
      resolve({ code: undefined, signal: undefined });
    }, ADOPTED_POLL_MS);
    timer.unref();
  });
  return agentProcess(identity, exited, environmentOf(identity.pid, LAUNCH_VARIABLE), true);
}

function agentProcess(
  identity: ProcessIdentity,
  exited: Promise<AgentExit>,
  launchId: string | undefined,
  isAdopted: boolean,
): AgentProcess {
  let hasExited = false;
  const cleaned = exited.then((exit) => {
    hasExited = true;
    // Children of the agent that outlive it would hold its ports.
    signalGroup(identity.pid, 'SIGKILL');
    if (launchId !== undefined) endDescendants(launchId);
    return exit;
  });
  return {
    identity,
    isAdopted,
    exited: cleaned,
    async stop(limitMs, signal = 'SIGTERM') {
      if (hasExited) return cleaned;
      signalGroup(identity.pid, signal);
      // One that is held by SIGSTOP would not even hear that it is to end.
      if (process.platform !== 'win32') signalGroup(identity.pid, 'SIGCONT');
      const killTimer = setTimeout(() => signalGroup(identity.pid, 'SIGKILL'), limitMs);
      const giveUp = timeout(limitMs + KILL_LIMIT_MS);
      try {
        return await Promise.race([
          cleaned,
          giveUp.elapsed.then(() => {
            throw new Error(
              `the agent process ${identity.pid} did not end ${KILL_LIMIT_MS} ms after SIGKILL`,
            );
          }),
        ]);
      } finally {
        clearTimeout(killTimer);
        giveUp.cancel();
      }
    },
  };
}

/** Those that left the group (`setsid`) still have the mark of the launch in their environment. */
function endDescendants(launchId: string): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const left = findByEnvironment(LAUNCH_VARIABLE, launchId);
    if (left.length === 0) return;
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function timeout(ms: number): { readonly elapsed: Promise<void>; cancel(): void } {
  let cancel = () => {};
  const elapsed = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancel = () => clearTimeout(timer);
  });
  return { elapsed, cancel };
}
