/** A link that was of use for at least this long is no part of a series of failures. */
const STEADY_MS = 10_000;
/** The immediate retry after a loss is not given again sooner. */
const IMMEDIATE_EVERY_MS = 30_000;

/**
 * Time until the next attempt: full jitter over a bound that doubles. Only a link that was of use for a while ends the
 * series, so that a server which accepts and then drops is not asked in a hot loop.
 */
export class Backoff {
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #attempts = 0;
  #lastImmediateMs = Number.NEGATIVE_INFINITY;

  constructor(initialMs: number, maxMs: number, random: () => number) {
    this.#initialMs = initialMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** After an attempt that failed. The first few milliseconds are never zero, so that no loop is ever tight. */
  afterFailure(): number {
    const boundMs = Math.min(this.#maxMs, this.#initialMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return 1 + Math.floor(this.#random() * boundMs);
  }

  /**
   * After a link that worked was lost. At once where nothing speaks against it (specification: Restoring WebSocket Connection); a
   * server that said that it goes (`wasAnnounced`) has many agents to take leave of, who should not all return at once.
   */
  afterLoss(nowMs: number, livedMs: number, wasAnnounced: boolean): number {
    if (livedMs >= STEADY_MS) this.#attempts = 0;
    if (wasAnnounced || nowMs - this.#lastImmediateMs < IMMEDIATE_EVERY_MS) return this.afterFailure();
    this.#lastImmediateMs = nowMs;
    return 0;
  }

  /** An exchange over HTTP worked. */
  succeeded(): void {
    this.#attempts = 0;
  }
}
