const KEPT = 512;

/** How long the last of many things took. */
export class RecentDurations {
  readonly #ring: number[] = [];
  #next = 0;

  add(durationMs: number): void {
    this.#ring[this.#next] = durationMs;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** Null before the first. */
  view(): { count: number; p50Ms: number; p99Ms: number; maxMs: number } | null {
    const sorted = [...this.#ring].sort((a, b) => a - b);
    const last = sorted.at(-1);
    if (last === undefined) return null;
    const at = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? last);
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: rounded(last) };
  }
}

export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
