import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually, FatalError } from '../../e2e/support/process.ts';
import type { Command } from './recipes.ts';

/** One line that a program of `programs/` wrote. */
export interface PeerEvent {
  readonly event: string;
  readonly [fact: string]: unknown;
}

/** A running program of `programs/`: it writes what happens to it and does what it is told. It ends with this process, since its standard input ends then. */
export class PeerProcess implements AsyncDisposable {
  readonly events: PeerEvent[] = [];
  readonly #child: ChildProcess;
  #stderr = '';
  #rest = '';

  constructor({ command, args }: Command, options: Readonly<Record<string, string | number>> = {}) {
    const own = Object.entries(options).map(([key, value]) => `${key}=${value}`);
    this.#child = spawn(command, [...args, ...own], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => {
      this.#stderr += String(error);
    });
    // The program may end while it is told something.
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-8_000);
    });
  }

  tell(command: string): void {
    this.#child.stdin?.write(`${command}\n`);
  }

  all(event: string): PeerEvent[] {
    return this.events.filter((known) => known.event === event);
  }

  /** The `count`-th event of this name for which `isWanted` holds. */
  async until(
    event: string,
    count = 1,
    isWanted: (event: PeerEvent) => boolean = () => true,
  ): Promise<PeerEvent> {
    return eventually(`${count} × "${event}" of the peer`, () => {
      const found = this.all(event).filter(isWanted)[count - 1];
      if (found === undefined && this.#hasEnded)
        throw new FatalError(`the peer ended before "${event}": ${this.#report()}`);
      return found;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; so far: ${this.#report()}`, { cause: error });
    });
  }

  /** Waits for an end that it was told to come to. */
  async ended(): Promise<void> {
    if (!this.#hasEnded) await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  get #hasEnded(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #report(): string {
    return `${JSON.stringify(this.events.slice(-20))} ${this.#stderr}`;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{')) this.events.push(JSON.parse(line) as PeerEvent);
    }
  }
}
