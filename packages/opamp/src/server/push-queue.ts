import type { Session } from './session.ts';

/** Agents served before the event loop gets its turn. */
const SLICE = 200;

/** The agents that are to be offered what the host wants for them. It holds agents, not offers: only the newest counts. */
export class PushQueue {
  readonly #waiting = new Set<Session>();
  readonly #serve: (session: Session) => void;
  #isScheduled = false;

  constructor(serve: (session: Session) => void) {
    this.#serve = serve;
  }

  add(session: Session): void {
    this.#waiting.add(session);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#serveSlice);
  }

  readonly #serveSlice = (): void => {
    let left = SLICE;
    for (const session of this.#waiting) {
      if (left-- === 0) break;
      this.#waiting.delete(session);
      this.#serve(session);
    }
    this.#isScheduled = this.#waiting.size > 0;
    if (this.#isScheduled) setImmediate(this.#serveSlice);
  };
}
