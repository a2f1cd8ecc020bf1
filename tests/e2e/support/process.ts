import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface RunOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program of ours as a real process, its output kept for messages of failed tests. */
export class Program {
  readonly name: string;
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(name: string, launcher: string, options: RunOptions = {}) {
    this.name = name;
    this.child = spawn(process.execPath, [`${ROOT}${launcher}`, ...(options.args ?? [])], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends the signal and waits for the end; the exit code, or the signal's name. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (!this.hasExited) {
      const ended = once(this.child, 'exit');
      this.child.kill(signal);
      await ended;
    }
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** Resolves when `find` yields something; fails when the process ends first or the time is over. */
  async until<T>(what: string, find: (self: Program) => T | undefined, timeoutMs = 60_000): Promise<T> {
    return eventually(
      what,
      () => {
        const found = find(this);
        if (found === undefined && this.hasExited) {
          throw new FatalError(
            `${this.name} ended (${this.child.exitCode ?? this.child.signalCode}) before: ${what}\n${this.stderr}`,
          );
        }
        return found;
      },
      timeoutMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
  }
}

/** Ends `eventually` at once. */
export class FatalError extends Error {}

/** Asks again until `probe` yields a value (not undefined, not false); the last error is in the message when time is over. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      if (error instanceof FatalError) throw error;
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `not within ${timeoutMs} ms: ${what}${last === undefined ? '' : ` (${String(last)})`}`,
        { cause: last },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** PIDs of live processes whose command line has this text. */
export async function processesWith(text: string): Promise<number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      const [commandLine, stat] = await Promise.all([
        readFile(`/proc/${entry}/cmdline`, 'utf8'),
        readFile(`/proc/${entry}/stat`, 'utf8'),
      ]);
      const isZombie = stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
      if (!isZombie && commandLine.includes(text)) found.push(Number(entry));
    } catch {
      // The process ended between the two looks.
    }
  }
  return found;
}
