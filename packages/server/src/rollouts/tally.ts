import type { RolloutAgentState, RolloutCounts } from '@drover/api';

/** How many members are in which state. */
export class Tally {
  readonly #counts = { matched: 0, pending: 0, offered: 0, applied: 0, failed: 0, skipped: 0, superseded: 0 };

  /** As they are now: later moves do not change the result. */
  counts(): RolloutCounts {
    return { ...this.#counts };
  }

  /** `count` members of `from` are in `to` instead; undefined stands for no member at all. */
  move(from: RolloutAgentState | undefined, to: RolloutAgentState | undefined, count = 1): void {
    const counts = this.#counts;
    if (from !== undefined) {
      counts[from] -= count;
      counts.matched -= count;
    }
    if (to !== undefined) {
      counts[to] += count;
      counts.matched += count;
    }
  }
}
