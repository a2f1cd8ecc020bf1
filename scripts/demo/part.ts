import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../lib/run.ts';

export type PartOptions = {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** True for a line that is of interest on the demo's screen. */
  readonly isShown: (line: LogLine) => boolean;
};

/** A line of a program's log: what it says, and how loud (pino's numbers; 30 is info, 40 a warning). */
export type LogLine = { readonly level: number; readonly text: string };

/** One of our programs as a part of the demo, in a process group of its own: Ctrl-C reaches the demo alone. */
export class Part {
  readonly name: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  /** The last lines, for when it ends unasked. */
  readonly #last: string[] = [];
  readonly #waiting = new Set<(line: string) => void>();

  constructor(name: string, program: string, options: PartOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, [join(ROOT, program), ...(options.args ?? [])], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.pid = this.#child.pid ?? 0;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        for (const look of this.#waiting) look(line);
        const read = readLogLine(line);
        this.#last.push(read.text);
        if (this.#last.length > 15) this.#last.shift();
        if (options.isShown(read)) process.stdout.write(`${name.padEnd(10)} ${read.text}\n`);
      });
    }
  }

  get last(): string {
    return this.#last.join('\n');
  }

  /** Resolves when the program has ended, however it came to that. */
  async ended(): Promise<string> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.signalCode ?? `exit code ${this.#child.exitCode}`;
  }

  /** The first match in a line that comes from now on; rejects when the program ends before. */
  async match(pattern: RegExp): Promise<string> {
    let look = (_line: string): void => {};
    const matched = new Promise<string>((found) => {
      look = (line) => {
        const match = pattern.exec(line)?.[1];
        if (match !== undefined) found(match);
      };
      this.#waiting.add(look);
    });
    const gone = this.ended().then((how) => {
      throw new Error(`${this.name} ended (${how}) while starting:\n${this.last}`);
    });
    return Promise.race([matched, gone]).finally(() => this.#waiting.delete(look));
  }
}

function readLogLine(line: string): LogLine {
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number;
      msg?: string;
      err?: { message?: string };
    };
    if (typeof msg === 'string')
      return { level: level ?? 30, text: err?.message ? `${msg}: ${err.message}` : msg };
  } catch {
    // Not a line of pino.
  }
  return { level: 30, text: line };
}
