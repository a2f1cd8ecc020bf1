/** Allows so many in each second, in fixed windows; below one a second the windows grow. */
export class FixedWindowRate {
  readonly #perWindow: number;
  readonly #windowMs: number;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(perSecond: number) {
    this.#perWindow = Math.max(1, Math.floor(perSecond));
    this.#windowMs = (1000 * this.#perWindow) / perSecond;
  }

  /** How many of `wanted` may go now; they count as gone. */
  take(wanted: number, nowMs: number): number {
    if (nowMs - this.#windowStartMs >= this.#windowMs) {
      this.#windowStartMs = nowMs;
      this.#used = 0;
    }
    const taken = Math.min(wanted, this.#perWindow - this.#used);
    this.#used += taken;
    return taken;
  }

  /** Milliseconds until the next window. */
  waitMs(nowMs: number): number {
    return Math.max(0, Math.ceil(this.#windowStartMs + this.#windowMs - nowMs));
  }
}
