import type { Clock, Timer } from './clock.ts';

export interface WriteBehindOptions {
  readonly clock: Clock;
  /** A flush follows the first mark after this. */
  readonly delayMs: number;
  /** So many marks flush at once. */
  readonly maxWaiting: number;
  /** After a failed flush, the next attempt. */
  readonly retryMs: number;
  /** Writes all that waits, in its own batches; what it could not write it keeps. */
  readonly write: () => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Decides when waiting writes are flushed. One flush runs at a time; marks made during it start the next. */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #waiting = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Something new waits to be written. */
  mark(): void {
    this.#waiting += 1;
    if (this.#running !== undefined) return;
    if (this.#waiting >= this.#options.maxWaiting) this.#start();
    else this.#timer ??= this.#options.clock.after(this.#options.delayMs, () => this.#start());
  }

  /** Resolves when all that was marked before the call is written; rejects when it could not be. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#waiting === 0) return;
    this.#cancel();
    this.#waiting = 0;
    await this.#run(true);
  }

  #start(): void {
    this.#cancel();
    this.#waiting = 0;
    void this.#run(false);
  }

  async #run(mayThrow: boolean): Promise<void> {
    let failure: { error: unknown } | undefined;
    this.#running = this.#options.write().catch((error: unknown) => {
      failure = { error };
    });
    await this.#running;
    this.#running = undefined;
    if (failure !== undefined) {
      this.#options.failed(failure.error);
      this.#waiting += 1;
      this.#timer ??= this.#options.clock.after(this.#options.retryMs, () => this.#start());
      if (mayThrow) throw failure.error;
    } else if (this.#waiting > 0) {
      if (this.#waiting >= this.#options.maxWaiting) this.#start();
      else this.#timer ??= this.#options.clock.after(this.#options.delayMs, () => this.#start());
    }
  }

  #cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
