/** How a configuration came to run. */
export type ApplyMethod =
  /** The process that ran before took it up. */
  | 'reload'
  /** Another process took the place of the one that ran before. */
  | 'restart'
  /** No process ran before. */
  | 'start'
  /** What runs was not touched. */
  | 'none';

/** Why an agent received nothing for a while. */
export type GapCause = 'apply' | 'restart' | 'crash';

/** What became of the last offer that was acted on. */
export interface ApplyReport {
  readonly hash: string;
  readonly verdict: 'applied' | 'failed';
  readonly method: ApplyMethod;
  /** From the offer to its verdict. */
  readonly durationMs: number;
  /**
   * From the moment at which the agent was told to stop or to reload until it was healthy again, on whichever
   * configuration; 0 where it was not touched, undefined while it is not healthy.
   */
  readonly gapMs: number | undefined;
}

interface Apply {
  readonly hash: string;
  readonly sinceMs: number;
  method: ApplyMethod;
  gapMs: number | undefined;
}

/** Times what is done to one agent, on a clock that nobody sets. */
export class ApplyWatch {
  readonly #nowMs: () => number;
  #current: Apply | undefined;
  #last: (Apply & Pick<ApplyReport, 'verdict' | 'durationMs'>) | undefined;
  #gap: { readonly cause: GapCause; readonly sinceMs: number; readonly hash: string | undefined } | undefined;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** The last apply that has a verdict. */
  get last(): ApplyReport | undefined {
    return this.#last;
  }

  begin(hash: string): void {
    this.#current = { hash, sinceMs: this.#nowMs(), method: 'none', gapMs: 0 };
  }

  /** The configuration is now given to the agent. */
  applies(method: ApplyMethod): void {
    if (this.#current !== undefined) this.#current.method = method;
  }

  /** The agent, which served until now, does not any more. Whatever ends it during an apply, the apply is the cause. */
  interrupted(cause: GapCause): void {
    if (this.#gap !== undefined) return;
    const { hash } = this.#current ?? {};
    this.#gap = { cause: hash === undefined ? cause : 'apply', sinceMs: this.#nowMs(), hash };
    if (this.#current !== undefined) this.#current.gapMs = undefined;
  }

  /** The agent is healthy. Returns the gap that ends by that, if there was one. */
  resumed(): { readonly cause: GapCause; readonly ms: number } | undefined {
    const gap = this.#gap;
    if (gap === undefined) return undefined;
    this.#gap = undefined;
    const ms = Math.round(this.#nowMs() - gap.sinceMs);
    for (const apply of [this.#current, this.#last])
      if (apply !== undefined && apply.hash === gap.hash) apply.gapMs = ms;
    return { cause: gap.cause, ms };
  }

  /** A verdict that comes late, or takes an earlier one back, is that of the last apply. */
  concluded(verdict: 'applied' | 'failed'): void {
    if (this.#current !== undefined) {
      const durationMs = Math.round(this.#nowMs() - this.#current.sinceMs);
      this.#last = { ...this.#current, verdict, durationMs };
      this.#current = undefined;
    } else if (this.#last !== undefined) {
      this.#last = { ...this.#last, verdict };
    }
  }
}
