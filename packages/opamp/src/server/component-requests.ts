import { SERVER_GATES } from '../wire/gates.ts';
import { hashOfHashOnly } from './component-report.ts';
import type { HostCalls } from './host-calls.ts';
import { RateLimit } from './rate-limit.ts';
import { isForgiven } from './sequence.ts';
import type { Session } from './session.ts';

const REPORTS_COMPONENTS = Number(SERVER_GATES.availableComponents.agent);
/** An agent that does not answer for this long makes place for another one with the same hash. */
const ANSWER_MS = 10_000;
const MAX_PAUSE_MS = 3_600_000;
/** Sets are large: so many are asked for in a second over all agents. */
const REQUESTS_A_SECOND = 50;
/** Hashes, and agents of one hash, that are looked at in one tick. */
const MAX_LOOKED_AT = 500;
const MAX_CANDIDATES = 100;

/** A set that the host does not know, and the connected agents that have it. */
interface UnknownSet {
  readonly agents: Set<Session>;
  /** Nobody is asked before this. */
  notBeforeMs: number;
}

/**
 * Decides which agent is asked for its whole set of components: one of those with the same hash, once, then another
 * (specification: AvailableComponents Message). At most one entry for each connected agent.
 */
export class ComponentRequests {
  readonly #unknown = new Map<string, UnknownSet>();
  readonly #host: HostCalls;
  readonly #rate: RateLimit;
  #round: Iterator<UnknownSet> | undefined = undefined;

  constructor(host: HostCalls, nowMs: number) {
    this.#host = host;
    this.#rate = new RateLimit(REQUESTS_A_SECOND, nowMs);
  }

  /** Hash, capabilities or link of the agent changed. */
  note(session: Session): void {
    if (!this.#host.takesComponents) return;
    const hash = hashOfHashOnly(session.parts.availableComponents);
    const mayAsk = (session.capabilitiesLow & REPORTS_COMPONENTS) !== 0 && session.isConnected;
    const wanted = hash !== undefined && mayAsk && !this.#host.hasComponents(hash) ? keyOf(hash) : undefined;
    if (wanted !== session.wantedComponents) this.#leave(session);
    if (wanted === undefined) return;
    session.wantedComponents = wanted;
    const set = this.#unknown.get(wanted);
    if (set === undefined) this.#unknown.set(wanted, { agents: new Set([session]), notBeforeMs: 0 });
    else set.agents.add(session);
  }

  /** True when the request may go out to this agent now, which it then must. */
  take(session: Session, nowMs: number): boolean {
    const { wantedComponents } = session;
    if (wantedComponents === undefined) return false;
    const set = this.#unknown.get(wantedComponents);
    if (set === undefined) {
      session.wantedComponents = undefined;
      return false;
    }
    if (nowMs < set.notBeforeMs || !this.#isDue(session, nowMs) || !this.#rate.take(nowMs)) return false;
    set.notBeforeMs = nowMs + ANSWER_MS;
    session.componentRequests++;
    session.componentsAskedAtMs = nowMs;
    return true;
  }

  /** The agents that are to be asked outside of an answer now; each counts as asked. */
  *due(nowMs: number): Iterable<Session> {
    let left = Math.min(MAX_LOOKED_AT, this.#unknown.size);
    while (left-- > 0) {
      this.#round ??= this.#unknown.values();
      const next = this.#round.next();
      if (next.done === true) this.#round = undefined;
      else if (nowMs >= next.value.notBeforeMs) yield* this.#candidate(next.value, nowMs);
    }
  }

  /** The host knows the set now. */
  settled(hash: Uint8Array): void {
    this.#unknown.delete(keyOf(hash));
  }

  /** The set is not taken; nobody is asked for it before `untilMs`. Called before `note`, so the entry is made here. */
  refused(session: Session, hash: Uint8Array, untilMs: number): void {
    const key = keyOf(hash);
    const set = this.#unknown.get(key);
    if (set !== undefined) set.notBeforeMs = untilMs;
    else if (session.isConnected) {
      this.#leave(session);
      session.wantedComponents = key;
      this.#unknown.set(key, { agents: new Set([session]), notBeforeMs: untilMs });
    }
  }

  *#candidate(set: UnknownSet, nowMs: number): Iterable<Session> {
    let left = MAX_CANDIDATES;
    for (const session of set.agents) {
      if (left-- === 0) return;
      // To the end of the queue, so that each has its turn.
      set.agents.delete(session);
      if (!session.isConnected) {
        this.#leave(session);
        continue;
      }
      set.agents.add(session);
      if (session.link === undefined || !this.take(session, nowMs)) continue;
      yield session;
      return;
    }
  }

  #leave(session: Session): void {
    const key = session.wantedComponents;
    if (key === undefined) return;
    session.wantedComponents = undefined;
    const set = this.#unknown.get(key);
    set?.agents.delete(session);
    if (set?.agents.size === 0) this.#unknown.delete(key);
  }

  #isDue(session: Session, nowMs: number): boolean {
    const sinceMs = nowMs - session.componentsAskedAtMs;
    if (isForgiven(session.componentsAskedAtMs, nowMs)) session.componentRequests = 0;
    if (session.componentRequests === 0) return true;
    return sinceMs >= Math.min(ANSWER_MS * 2 ** (session.componentRequests - 1), MAX_PAUSE_MS);
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1');
}
