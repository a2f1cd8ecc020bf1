import type { InstanceUid } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';

/** An agent that is refused comes back every few seconds; its timeline says so this often. */
const REPEAT_MS = 3_600_000;
/** Anybody can be refused under any uid: of more than these the ones that were told of longest ago are told of again. */
const UIDS_MAX = 10_000;

/** Which refusals are worth a line in an agent's timeline. */
export class RefusedAgents {
  readonly #clock: Clock;
  readonly #told = new Map<InstanceUid, { readonly message: string; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True for the first refusal of this agent for this reason in an hour. */
  isNews(uid: InstanceUid, message: string): boolean {
    const nowMs = this.#clock.now();
    const known = this.#told.get(uid);
    if (known?.message === message && nowMs - known.atMs < REPEAT_MS) return false;
    this.#told.delete(uid);
    const [oldest] = this.#told.keys();
    if (this.#told.size >= UIDS_MAX && oldest !== undefined) this.#told.delete(oldest);
    this.#told.set(uid, { message, atMs: nowMs });
    return true;
  }
}
