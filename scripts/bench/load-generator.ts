import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Core, pinned } from './pinned.ts';

/** One command of the load generator; see go/load/generator.go. */
export interface LoadCommand {
  readonly do: 'connect' | 'rounds' | 'loop' | 'push' | 'reconnect' | 'quit';
  readonly message?: 'heartbeat' | 'status';
  readonly rounds?: number;
  readonly seconds?: number;
  readonly timeoutSeconds?: number;
}

export interface LoadResult {
  readonly timedOut: boolean;
  readonly seconds: number;
  readonly open: number;
  readonly drops: number;
  readonly refused: string;
  readonly sent: number;
  readonly received: number;
  readonly errors: number;
  /** Agents that were asked for full state, and those of them that have given it and were answered. */
  readonly asked: number;
  readonly settled: number;
  readonly answered: number;
  readonly offered: number;
  readonly acked: number;
  /** Times of day in milliseconds, 0 where it did not happen. */
  readonly firstOpenMs: number;
  readonly lastAnsweredMs: number;
  readonly lastSettledMs: number;
  readonly lastOfferedMs: number;
  readonly lastAckedMs: number;
}

export interface LoadOptions {
  /** The number of the first agent: other numbers are other agents. 0 where it is left out. */
  readonly first?: number;
  /** Of the effective configurations so many differ; 0, and where it is left out: all. */
  readonly contents?: number;
  readonly core?: Core;
}

/** The load generator as a process of its own. */
export class LoadGenerator implements AsyncDisposable {
  readonly #child;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    program: string,
    url: string,
    agents: number,
    { first = 0, contents = 0, core = 1 }: LoadOptions,
  ) {
    const [command, args] = pinned(core, program, [
      '-url',
      url,
      '-agents',
      String(agents),
      '-first',
      String(first),
      '-contents',
      String(contents),
    ]);
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static async start(
    program: string,
    url: string,
    agents: number,
    options: LoadOptions = {},
  ): Promise<LoadGenerator> {
    const generator = new LoadGenerator(program, url, agents, options);
    await generator.#next();
    return generator;
  }

  async #next(): Promise<LoadResult> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the load generator ended');
    return JSON.parse(line.value);
  }

  /** Gives a command without waiting for its end; `finished` waits. */
  begin(command: LoadCommand): { finished: Promise<LoadResult> } {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    return { finished: this.#next() };
  }

  run(command: LoadCommand): Promise<LoadResult> {
    return this.begin(command).finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    this.#child.kill('SIGTERM');
    await exited;
  }
}
