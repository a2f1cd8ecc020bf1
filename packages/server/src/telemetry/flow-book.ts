import { breathe } from '../lib/breathe.ts';
import type { Clock } from '../lib/clock.ts';

/** What an agent's own metrics say of its flow, out of one export. */
export interface FlowPoint {
  /** Totals since the start of the process, or since the last export where `isDelta`. */
  readonly accepted: number;
  readonly refused: number;
  readonly sent: number;
  readonly failed: number;
  readonly isDelta: boolean;
  /** Of the fullest queue; null where it says nothing of queues. */
  readonly queuePercent: number | null;
  readonly memoryBytes: number | null;
}

/** What flows through some agents together, in items a second. */
export interface FlowTotals {
  readonly agents: number;
  /** Agents that export less often than the window is long: they are not silent, and are not in the figures. */
  readonly late: number;
  readonly accepted: number;
  readonly refused: number;
  readonly sent: number;
  readonly failed: number;
  readonly queuePercent: number | null;
  readonly memoryBytes: number | null;
}

/** What flows through one agent, in items a second; null where one export alone is known. */
export interface AgentFlowFigures {
  /** Of the last export. */
  readonly atMs: number;
  /** Over how long the rates are. */
  readonly seconds: number | null;
  readonly accepted: number | null;
  readonly sent: number | null;
  readonly refused: number | null;
  readonly failed: number | null;
  readonly queuePercent: number | null;
  readonly memoryBytes: number | null;
  readonly byOwnToken: boolean;
}

/** Of each agent the last few exports are kept. */
const SAMPLES = 12;
/** An agent that exports more often than this is heard now and then. */
const MIN_GAP_MS = 500;
/** An agent that has sent no figures of its own for so long may be spoken of by others who may speak for it. */
const PROOF_HOLDS_MS = 10 * 60_000;
const SLICE = 2000;
const SHOWN_MS = 60_000;
const NO_RATES = { seconds: null, accepted: null, refused: null, sent: null, failed: null };
/** The OpenTelemetry SDK exports once in this time where nothing else is said. */
const LONGEST_USUAL_MS = 60_000;
const COUNTERS = ['accepted', 'refused', 'sent', 'failed'] as const;

interface Sample {
  readonly atMs: number;
  /** Items since the sample before; all of them where the process had started anew. */
  readonly accepted: number;
  readonly refused: number;
  readonly sent: number;
  readonly failed: number;
  readonly queuePercent: number | null;
  readonly memoryBytes: number | null;
}

interface Flow {
  last: FlowPoint;
  readonly samples: Sample[];
  /** They came by a token that serves for this agent alone. */
  readonly isProved: boolean;
}

/** What became of a point: `unproved` is one that anybody may have sent of an agent whose own figures are known, `soon` one that follows too closely. */
export type Kept = 'kept' | 'soon' | 'unproved';

/** The figures of flow that agents sent last, in memory: enough to judge a change, no store of telemetry. */
export class FlowBook {
  readonly #clock: Clock;
  readonly #flows = new Map<string, Flow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Agents of which something is known. */
  get size(): number {
    return this.#flows.size;
  }

  /** The agent was heard just now: what else it sends is not worth to be read. */
  isTooSoon(uid: string): boolean {
    const lastMs = this.#flows.get(uid)?.samples.at(-1)?.atMs;
    return lastMs !== undefined && this.#clock.now() - lastMs < MIN_GAP_MS;
  }

  /** `isProved` where it came by a token that serves for this agent alone: from then on nobody else is believed. */
  add(uid: string, point: FlowPoint, isProved = false): Kept {
    const atMs = this.#clock.now();
    const flow = this.#flows.get(uid);
    const lastMs = flow?.samples.at(-1)?.atMs ?? 0;
    if (flow?.isProved && !isProved && atMs - lastMs < PROOF_HOLDS_MS) return 'unproved';
    if (flow === undefined || flow.isProved !== isProved) {
      // A first total says nothing of how long it took.
      const first = { atMs, accepted: 0, refused: 0, sent: 0, failed: 0 };
      const { queuePercent, memoryBytes } = point;
      const samples = [{ ...first, queuePercent, memoryBytes }];
      this.#flows.set(uid, { last: point, samples, isProved });
      return 'kept';
    }
    if (!point.isDelta && atMs - lastMs < MIN_GAP_MS) return 'soon';
    const since = (name: (typeof COUNTERS)[number]): number => {
      const grown = point.isDelta ? point[name] : point[name] - flow.last[name];
      return grown >= 0 ? grown : point[name];
    };
    flow.samples.push({
      atMs,
      accepted: since('accepted'),
      refused: since('refused'),
      sent: since('sent'),
      failed: since('failed'),
      queuePercent: point.queuePercent,
      memoryBytes: point.memoryBytes,
    });
    if (flow.samples.length > SAMPLES) flow.samples.shift();
    flow.last = point;
    return 'kept';
  }

  forget(uid: string): void {
    this.#flows.delete(uid);
  }

  /** Over the minute before its last export; undefined where it has sent none. */
  of(uid: string): AgentFlowFigures | undefined {
    const flow = this.#flows.get(uid);
    const last = flow?.samples.at(-1);
    if (flow === undefined || last === undefined) return undefined;
    const { atMs, queuePercent, memoryBytes } = last;
    const rates = ratesSince(flow.samples, atMs - SHOWN_MS) ?? NO_RATES;
    return { atMs, ...rates, queuePercent, memoryBytes, byOwnToken: flow.isProved };
  }

  /** Over the last `windowMs`, for those of the agents that exported twice in that time or once just before it. */
  async sums(uids: Iterable<string>, windowMs: number): Promise<FlowTotals> {
    const nowMs = this.#clock.now();
    const totals = { agents: 0, late: 0, accepted: 0, refused: 0, sent: 0, failed: 0 };
    let queuePercent: number | null = null;
    let memoryBytes: number | null = null;
    let looked = 0;
    for (const uid of uids) {
      looked += 1;
      if (looked % SLICE === 0) await breathe();
      const samples = this.#flows.get(uid)?.samples ?? [];
      const last = samples.at(-1);
      const rates = ratesSince(samples, nowMs - windowMs);
      if (last === undefined || rates === undefined) {
        if (isLate(samples, nowMs)) totals.late += 1;
        continue;
      }
      totals.agents += 1;
      for (const name of COUNTERS) totals[name] += rates[name];
      if (last.queuePercent !== null) queuePercent = Math.max(queuePercent ?? 0, last.queuePercent);
      if (last.memoryBytes !== null) memoryBytes = (memoryBytes ?? 0) + last.memoryBytes;
    }
    return { ...totals, queuePercent, memoryBytes };
  }
}

/** Undefined where there is no export since then, or none before it to count from. */
function ratesSince(samples: readonly Sample[], sinceMs: number) {
  const inside = samples.filter(({ atMs }) => atMs > sinceMs);
  const last = inside.at(-1);
  const before = samples.findLast(({ atMs }) => atMs <= sinceMs) ?? inside.shift();
  if (last === undefined || before === undefined || inside.length === 0) return undefined;
  const seconds = (last.atMs - before.atMs) / 1000;
  if (seconds <= 0) return undefined;
  const rate = (name: (typeof COUNTERS)[number]): number =>
    inside.reduce((sum, sample) => sum + sample[name], 0) / seconds;
  return {
    seconds,
    accepted: rate('accepted'),
    refused: rate('refused'),
    sent: rate('sent'),
    failed: rate('failed'),
  };
}

/** The next export is not overdue yet, by the time between the last two. */
function isLate(samples: readonly Sample[], nowMs: number): boolean {
  const last = samples.at(-1);
  if (last === undefined) return false;
  const before = samples.at(-2);
  const usualMs = before === undefined ? LONGEST_USUAL_MS : last.atMs - before.atMs;
  return nowMs - last.atMs <= 2 * Math.min(usualMs, LONGEST_USUAL_MS);
}
