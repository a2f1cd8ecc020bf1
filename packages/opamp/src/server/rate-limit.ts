/** A token bucket that holds one second's worth. */
export class RateLimit {
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAtMs = nowMs;
  }

  /** Takes one, or returns false where none is left at `nowMs`. */
  take(nowMs: number): boolean {
    const grown = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    if (grown > 0) {
      this.#tokens = Math.min(this.#perSecond, this.#tokens + grown);
      this.#filledAtMs = nowMs;
    }
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
