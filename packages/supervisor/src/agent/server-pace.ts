const WINDOW_MS = 60_000;
const FREELY = 3;
const PAUSE_MS = 500;
const LONG_PAUSE_MS = 10_000;

/** How long the server has to wait after something that restarts the agent: a few times in a minute hardly, then so long that the agent can work in between. */
export class ServerPace {
  #recentMs: readonly number[] = [];

  /** Called after each time, `nowMs` by a clock that does not jump. */
  pauseMs(nowMs: number): number {
    this.#recentMs = [...this.#recentMs.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
    return this.#recentMs.length <= FREELY ? PAUSE_MS : LONG_PAUSE_MS;
  }
}
