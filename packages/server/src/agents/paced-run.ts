import type { RestartRun as PacedRunView } from '@drover/api';
import { timeText } from '../lib/page.ts';
import { FixedWindowRate } from '../lib/rate.ts';
import type { InstanceUid } from './agent.ts';

export interface NewPacedRun {
  readonly id: string;
  readonly author: string;
  readonly perSecond: number;
  readonly uids: readonly InstanceUid[];
  readonly startedAtMs: number;
}

/** Agents that are asked for something one after the other, so many each second. */
export class PacedRun {
  readonly id: string;
  readonly author: string;
  readonly #perSecond: number;
  readonly #rate: FixedWindowRate;
  readonly #uids: readonly InstanceUid[];
  readonly #startedAtMs: number;
  readonly #leftOut = new Map<string, number>();
  #next = 0;
  #asked = 0;
  #state: PacedRunView['state'] = 'running';
  #endedAtMs: number | null = null;

  constructor({ id, author, perSecond, uids, startedAtMs }: NewPacedRun) {
    this.id = id;
    this.author = author;
    this.#perSecond = perSecond;
    this.#rate = new FixedWindowRate(perSecond);
    this.#uids = uids;
    this.#startedAtMs = startedAtMs;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Those whose turn has not come. */
  waiting(): readonly InstanceUid[] {
    return this.isRunning ? this.#uids.slice(this.#next) : [];
  }

  /** Those whose turn it is now; they count as taken. Ends after the last one. */
  take(nowMs: number): readonly InstanceUid[] {
    if (!this.isRunning) return [];
    const count = this.#rate.take(this.#uids.length - this.#next, nowMs);
    const taken = this.#uids.slice(this.#next, this.#next + count);
    this.#next += count;
    if (this.#next >= this.#uids.length) this.#end('ended', nowMs);
    return taken;
  }

  /** What became of one that was taken: `refusal` is why it could not be asked. */
  tell(refusal: string | undefined): void {
    if (refusal === undefined) this.#asked += 1;
    else this.#leftOut.set(refusal, (this.#leftOut.get(refusal) ?? 0) + 1);
  }

  /** Those whose turn has not come are not asked. */
  stop(nowMs: number): void {
    if (this.isRunning) this.#end('stopped', nowMs);
  }

  view(): PacedRunView {
    return {
      id: this.id,
      state: this.#state,
      author: this.author,
      perSecond: this.#perSecond,
      total: this.#uids.length,
      asked: this.#asked,
      leftOut: [...this.#leftOut].map(([reason, count]) => ({ reason, count })),
      startedAt: timeText(this.#startedAtMs),
      endedAt: this.#endedAtMs === null ? null : timeText(this.#endedAtMs),
    };
  }

  #end(state: 'ended' | 'stopped', nowMs: number): void {
    this.#state = state;
    this.#endedAtMs = nowMs;
  }
}

/** How long it takes until the last of them is asked; the first ones are asked at once. */
export function secondsFor(agents: number, perSecond: number): number {
  if (agents === 0) return 0;
  const perWindow = Math.max(1, Math.floor(perSecond));
  return Math.ceil((Math.ceil(agents / perWindow) - 1) * (perWindow / perSecond));
}
