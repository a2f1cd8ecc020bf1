import { execFile } from 'node:child_process';
import type { Account } from '../confinement/account.ts';

export type CommandResult =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'not_started'; readonly message: string };

const MAX_OUTPUT_BYTES = 4 * 1_024 * 1_024;

export interface CommandOptions {
  readonly limitMs: number;
  readonly env: NodeJS.ProcessEnv;
  /** Undefined: as this process. */
  readonly runAs: Account | undefined;
}

/** Runs a short-lived program to its end; it is killed after `limitMs`. */
export function runCommand(
  executable: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      executable,
      args,
      {
        encoding: 'utf8',
        env: options.env,
        timeout: options.limitMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        ...(options.runAs === undefined ? {} : { uid: options.runAs.uid, gid: options.runAs.gid }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ kind: 'ended', exitCode: 0, stdout, stderr });
        else if (typeof error.code === 'number')
          resolve({ kind: 'ended', exitCode: error.code, stdout, stderr });
        else if (error.killed === true) resolve({ kind: 'timed_out' });
        else if (child.pid === undefined)
          resolve({ kind: 'not_started', message: explainSpawnError(executable, error) });
        else resolve({ kind: 'ended', exitCode: 1, stdout, stderr: `${stderr}${error.message}` });
      },
    );
  });
}

/** Why a program could not be started, in words that say what to do. */
export function explainSpawnError(executable: string, error: Error): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return `the executable ${executable} does not exist: install it there or correct agent.executable`;
    case 'EACCES':
      return `the executable ${executable} may not be run by this user: check its permissions`;
    case 'ENOEXEC':
      return `the executable ${executable} is not a program for this system`;
    default:
      return `the executable ${executable} could not be started: ${error.message}`;
  }
}
