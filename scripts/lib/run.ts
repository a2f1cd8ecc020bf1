import { type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The checkout's top folder. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** How a program ended. `code` is null when it was killed or could not be started (then `stderr` says why). */
export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = Pick<SpawnOptions, 'cwd' | 'env'> & {
  /** Killed after this long; without it, it may run for ever. */
  readonly timeoutMs?: number;
  /** Called with each piece of output of either stream as it comes. */
  readonly onOutput?: (text: string) => void;
};

const KEPT_OUTPUT_CHARS = 4 * 1024 * 1024;

/** Runs a program to its end and keeps what it wrote (at most 4 Mi characters a stream). Never rejects. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((done) => {
    let stdout = '';
    let stderr = '';
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.timeoutMs === undefined
        ? {}
        : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-KEPT_OUTPUT_CHARS);
      options.onOutput?.(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_OUTPUT_CHARS);
      options.onOutput?.(text);
    });
    child.on('error', (error) => done({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** Runs a program on this terminal and gives its exit code (1 when it was killed). */
export function runAttached(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      done(1);
    });
    child.on('close', (code) => done(code ?? 1));
  });
}

/** The full path of the first of these programs that PATH has. */
export function onPath(names: readonly string[], env: NodeJS.ProcessEnv = process.env): string | undefined {
  for (const name of names) {
    for (const folder of (env.PATH ?? '').split(delimiter)) {
      if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

/** True for a regular file that this user may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
