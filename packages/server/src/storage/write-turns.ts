/** So long a write that may wait gives way to those that somebody waits for; then it has its turn all the same. */
const PATIENCE_MS = 250;

/**
 * Who writes next where the database has one writer: first what somebody waits for, then, one at a time, what is written
 * behind. Otherwise a write that decides when agents get their offers would stand behind all that earlier ones left.
 */
export class WriteTurns {
  #awaited = 0;
  #behind: Promise<unknown> = Promise.resolve();
  #onFree: (() => void) | undefined;

  /** Runs at once. */
  async awaited<T>(run: () => Promise<T>): Promise<T> {
    this.#awaited += 1;
    try {
      return await run();
    } finally {
      this.#awaited -= 1;
      if (this.#awaited === 0) this.#onFree?.();
    }
  }

  /** Runs when its turn comes. */
  behind<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#behind.then(() => this.#free()).then(run);
    this.#behind = turn.catch(() => {});
    return turn;
  }

  /** Resolves when nobody waits for a write, or after the patience. */
  #free(): Promise<void> {
    if (this.#awaited === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      this.#onFree = () => {
        this.#onFree = undefined;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
