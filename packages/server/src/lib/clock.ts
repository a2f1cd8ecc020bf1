/** A pending call; `cancel` is safe twice and after the call. */
export interface Timer {
  cancel(): void;
}

/** The only source of time and of timers. Times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Calls `run` once, after `ms`. Does not keep the process alive. */
  after(ms: number, run: () => void): Timer;
  /** Calls `run` each `ms`, the first time after `ms`. Does not keep the process alive. */
  every(ms: number, run: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const handle = setTimeout(run, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, run) {
    const handle = setInterval(run, ms).unref();
    return { cancel: () => clearInterval(handle) };
  },
};

interface Waiting {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly run: () => void;
}

/** A clock for tests: time stands still until `advance`. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #waiting = new Set<Waiting>();

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): Timer {
    return this.#wait({ atMs: this.#nowMs + ms, everyMs: undefined, run });
  }

  every(ms: number, run: () => void): Timer {
    return this.#wait({ atMs: this.#nowMs + ms, everyMs: Math.max(1, ms), run });
  }

  /** Moves time on and makes the calls that fall due, in their order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      let next: Waiting | undefined;
      for (const waiting of this.#waiting) {
        if (waiting.atMs <= untilMs && (next === undefined || waiting.atMs < next.atMs)) next = waiting;
      }
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (next.everyMs === undefined) this.#waiting.delete(next);
      else next.atMs += next.everyMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  #wait(waiting: Waiting): Timer {
    this.#waiting.add(waiting);
    return { cancel: () => this.#waiting.delete(waiting) };
  }
}
