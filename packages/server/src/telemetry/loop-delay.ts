import { monitorEventLoopDelay } from 'node:perf_hooks';
import { rounded } from './recent-durations.ts';

const RESOLUTION_MS = 20;
/** A reading begins anew after this. */
const WINDOW_MS = 60_000;
const NANOSECONDS = 1e6;

/** By how much the event loop is late. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #sinceMs = performance.now();

  constructor() {
    this.#histogram.enable();
  }

  view(): { p50Ms: number; p99Ms: number; maxMs: number; sinceSeconds: number } {
    const nowMs = performance.now();
    const sinceSeconds = Math.round((nowMs - this.#sinceMs) / 1000);
    // The histogram has the whole interval between two ticks.
    const late = (nanoseconds: number): number =>
      rounded(Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / NANOSECONDS - RESOLUTION_MS));
    const view = {
      p50Ms: late(this.#histogram.percentile(50)),
      p99Ms: late(this.#histogram.percentile(99)),
      maxMs: late(this.#histogram.max),
      sinceSeconds,
    };
    if (nowMs - this.#sinceMs >= WINDOW_MS) {
      this.#histogram.reset();
      this.#sinceMs = nowMs;
    }
    return view;
  }

  stop(): void {
    this.#histogram.disable();
  }
}
