import { RateLimit } from './rate-limit.ts';
import { fullStatePauseMs, isForgiven } from './sequence.ts';
import type { Session } from './session.ts';

/** Sessions looked at in one tick, so that a long queue does not hold up the loop. */
const MAX_LOOKED_AT = 1_000;

/** Decides when an agent may be asked for its full state: one request for each, and so many a second over all. */
export class FullStateRequests {
  /** WebSocket agents that could not be asked in an answer; at most one entry for each live link. */
  readonly #waiting = new Set<Session>();
  readonly #rate: RateLimit;

  constructor(perSecond: number, nowMs: number) {
    this.#rate = new RateLimit(perSecond, nowMs);
  }

  /** True when the request may go out now, which it then must. */
  take(session: Session, nowMs: number): boolean {
    if (session.fullState !== 'needed') return false;
    if (isForgiven(session.fullStateAskedAtMs, nowMs)) session.fullStateRequests = 0;
    const isDue = nowMs - session.fullStateAskedAtMs >= fullStatePauseMs(session.fullStateRequests);
    if (!isDue || !this.#rate.take(nowMs)) {
      if (session.link !== undefined) this.#waiting.add(session);
      return false;
    }
    session.fullState = 'asked';
    session.fullStateRequests++;
    session.fullStateAskedAtMs = nowMs;
    this.#waiting.delete(session);
    return true;
  }

  /** The sessions that are to be asked outside of an answer now; each is marked as asked. */
  *due(nowMs: number): Iterable<Session> {
    let left = MAX_LOOKED_AT;
    for (const session of this.#waiting) {
      if (left-- === 0) return;
      this.#waiting.delete(session);
      if (session.link !== undefined && this.take(session, nowMs)) yield session;
    }
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }
}
