import type { Clock, Timer } from './clock.ts';

export interface WriteBehindOptions {
  readonly clock: Clock;
  /** A flush follows when nothing was marked for this long. */
  readonly delayMs: number;
  /** It follows the first mark after this at the latest; where it is left out, after `delayMs`. */
  readonly maxDelayMs?: number;
  /** So many marks flush at once. */
  readonly maxWaiting: number;
  /** After a failed flush, the next attempt. */
  readonly retryMs: number;
  /** Writes all that waits, in its own batches; what it could not write it keeps. */
  readonly write: () => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/**
 * Decides when waiting writes are flushed: after a burst, not in the middle of it, where they would take the database from
 * what somebody waits for, and where much of what they hold is about to change. One flush runs at a time; marks made
 * during it start the next.
 */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #waiting = 0;
  #firstMarkMs = 0;
  #lastMarkMs = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Something new waits to be written. */
  mark(): void {
    this.#lastMarkMs = this.#options.clock.now();
    if (this.#waiting === 0) this.#firstMarkMs = this.#lastMarkMs;
    this.#waiting += 1;
    if (this.#running === undefined) this.#schedule();
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
    } else if (this.#waiting > 0) this.#schedule();
  }

  #schedule(): void {
    const { clock, maxWaiting, delayMs } = this.#options;
    if (this.#waiting >= maxWaiting) this.#start();
    else this.#timer ??= clock.after(delayMs, () => this.#startWhenQuiet());
  }

  #startWhenQuiet(): void {
    const { clock, delayMs, maxDelayMs = delayMs } = this.#options;
    const nowMs = clock.now();
    const quietMs = this.#lastMarkMs + delayMs - nowMs;
    const latestMs = this.#firstMarkMs + maxDelayMs - nowMs;
    const waitMs = Math.min(quietMs, latestMs);
    // A clock that was set back would have the writes wait until it is where it was.
    if (waitMs <= 0 || nowMs < this.#firstMarkMs) this.#start();
    else this.#timer = clock.after(waitMs, () => this.#startWhenQuiet());
  }

  #cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
