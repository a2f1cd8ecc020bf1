import { type Flow, type FlowSample, grown, type Signal } from './flow-sample.ts';

/** What the running agent says of its data now; undefined where it cannot be asked. */
export type FlowReading = { readonly sample: FlowSample; readonly signals: ReadonlySet<Signal> } | undefined;

export interface DataCheckOptions {
  /** For so long data may stay away after an apply. */
  readonly windowMs: number;
  readonly read: () => Promise<FlowReading>;
  /** Something that flowed before the apply has not flowed for a whole window since; called again with undefined when it does. */
  readonly onMissing: (missing: readonly Flow[] | undefined) => void;
  /** It cannot be said whether data flow. */
  readonly onUnknown: () => void;
}

/** A sample is taken so often within a window, and not more often than once a second. */
const SAMPLES_IN_A_WINDOW = 3;
const SHORTEST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 10_000;

/**
 * Compares what flows through an agent after an apply with what flowed before it. A signal that the new configuration has no
 * pipeline for is meant to stop; what did not flow before is not expected to begin.
 */
export class DataCheck {
  readonly #options: DataCheckOptions;
  readonly #intervalMs: number;
  /** The last window, oldest first. */
  #samples: FlowSample[] = [];
  #expected: ReadonlySet<Flow> | undefined;
  #seen = new Set<Flow>();
  #sinceMs = 0;
  #isMissing = false;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: DataCheckOptions) {
    this.#options = options;
    this.#intervalMs = Math.min(
      Math.max(options.windowMs / SAMPLES_IN_A_WINDOW, SHORTEST_INTERVAL_MS),
      LONGEST_INTERVAL_MS,
    );
  }

  /** True from an apply until what is expected has flowed or the window is over. */
  get isPending(): boolean {
    return this.#expected !== undefined && !this.#isMissing;
  }

  /** Begins to take samples of the process that runs. */
  begin(): void {
    this.close();
    this.#timer = setInterval(() => void this.#look(), this.#intervalMs);
  }

  /** What flows now: to be asked before an apply touches the agent. */
  async flowing(): Promise<ReadonlySet<Flow>> {
    await this.#look();
    const [oldest, newest] = [this.#samples[0], this.#samples.at(-1)];
    if (oldest === undefined || newest === undefined) return new Set();
    return grown(oldest, newest);
  }

  /** The agent has taken a configuration up; all of `before` is to flow again. */
  expect(before: ReadonlySet<Flow>): void {
    this.#samples = [];
    this.#seen = new Set();
    this.#sinceMs = performance.now();
    this.#resolved();
    this.#expected = before.size === 0 ? undefined : before;
    this.begin();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Never two at once: an agent that answers slowly is not asked more for it. */
  #look(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const reading = await this.#options.read();
    if (reading === undefined) {
      if (this.#isOver() && this.#expected !== undefined) {
        this.#expected = undefined;
        this.#options.onUnknown();
      }
      return;
    }
    const { sample, signals } = reading;
    const previous = this.#samples.at(-1);
    this.#samples = [...this.#samples, sample].filter(
      ({ atMs }, index, all) => index === all.length - 1 || sample.atMs - atMs <= this.#options.windowMs,
    );
    if (previous !== undefined) for (const flow of grown(previous, sample)) this.#seen.add(flow);
    this.#judge(signals);
  }

  #judge(signals: ReadonlySet<Signal>): void {
    if (this.#expected === undefined) return;
    const missing = [...this.#expected].filter(
      (flow) => !this.#seen.has(flow) && signals.has(flow.split(' ')[1] as Signal),
    );
    if (missing.length === 0) {
      this.#expected = undefined;
      this.#resolved();
    } else if (!this.#isMissing && this.#isOver()) {
      this.#isMissing = true;
      this.#options.onMissing(missing);
    }
  }

  #isOver(): boolean {
    return performance.now() - this.#sinceMs >= this.#options.windowMs;
  }

  #resolved(): void {
    if (!this.#isMissing) return;
    this.#isMissing = false;
    this.#options.onMissing(undefined);
  }
}

/** What is missing, for people. */
export function missingText(missing: readonly Flow[], windowMs: number): string {
  const flows = missing.map((flow) => {
    const [side, signal] = flow.split(' ');
    return side === 'accepted' ? `${signal} taken in` : `${signal} sent`;
  });
  return `no ${flows.join(', no ')} for ${Math.round(windowMs / 1_000)} s after the apply, while there were before`;
}
