import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

export interface OpampProblem {
  readonly code: string;
  readonly detail: string;
  readonly remoteAddress: string;
  readonly instanceUid?: string;
}

interface Window {
  startedAtMs: number;
  logged: number;
  suppressed: number;
}

const WINDOW_MS = 10_000;
const LINES_PER_WINDOW = 10;
const DETAIL_MAX_CHARS = 500;

/** One log line with its cause for each problem; of a flood of one code only the first lines and then their number. */
export class ProblemLog {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  add({ code, detail, remoteAddress, instanceUid }: OpampProblem): void {
    const nowMs = this.#clock.now();
    let window = this.#windows.get(code);
    if (window === undefined || nowMs - window.startedAtMs >= WINDOW_MS) {
      if (window !== undefined && window.suppressed > 0) {
        this.#log.warn({ code, count: window.suppressed }, 'more OpAMP problems of this kind');
      }
      window = { startedAtMs: nowMs, logged: 0, suppressed: 0 };
      this.#windows.set(code, window);
    }
    if (window.logged >= LINES_PER_WINDOW) {
      window.suppressed += 1;
      return;
    }
    window.logged += 1;
    const agent = instanceUid === undefined ? {} : { agent: instanceUid };
    this.#log.warn(
      { code, remoteAddress, ...agent, detail: detail.slice(0, DETAIL_MAX_CHARS) },
      'OpAMP problem',
    );
  }
}
