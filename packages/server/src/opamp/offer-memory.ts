import type { AgentSession } from '@drover/opamp/server';
import type { ConfigReport } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';
import type { Reported } from './reconcile.ts';

interface Offer {
  readonly configHash: string;
  readonly atMs: number;
}

/** What was offered to whom and not answered yet, and what failed: the part of reported state that agents do not repeat. */
export class OfferMemory {
  readonly #clock: Clock;
  readonly #offers = new WeakMap<AgentSession, Offer>();
  /** What each agent failed on, and the decision that had given it that; one entry at most for each known agent. */
  readonly #failed = new Map<string, { readonly configHash: string; readonly assignedAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A failure counts for the decision that led to it: to decide the same again is to want it tried again. */
  of(session: AgentSession, assignedAtMs: number): Pick<Reported, 'offered' | 'failedConfigHash'> {
    const offer = this.#offers.get(session);
    const failed = this.#failed.get(session.instanceUid);
    return {
      offered: offer && { configHash: offer.configHash, agoMs: this.#clock.now() - offer.atMs },
      failedConfigHash: failed?.assignedAtMs === assignedAtMs ? failed.configHash : '',
    };
  }

  /** A new link: what was offered on the old one may be lost. */
  linked(session: AgentSession): void {
    this.#offers.delete(session);
  }

  offered(session: AgentSession, configHash: string): void {
    this.#offers.set(session, { configHash, atMs: this.#clock.now() });
  }

  /** The agent reported a status of its remote configuration. */
  answered(session: AgentSession, { status, hash }: ConfigReport, assignedAtMs: number): void {
    if (this.#offers.get(session)?.configHash === hash) this.#offers.delete(session);
    const uid = session.instanceUid;
    if (status === 'failed') this.#failed.set(uid, { configHash: hash, assignedAtMs });
    else if (this.#failed.get(uid)?.configHash === hash) this.#failed.delete(uid);
  }

  forget(uid: string): void {
    this.#failed.delete(uid);
  }
}
