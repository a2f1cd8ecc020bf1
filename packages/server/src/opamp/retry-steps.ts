import type { InstanceUid } from '@drover/opamp';

/**
 * How far agents are that are to try once more what they failed on. Supervisors answer FAILED to a hash that failed until
 * a restart command clears that, so the command goes before the offer: once for each try, since what is to be tried stays
 * so until it is offered. A restart may cost an agent its link and the offer that was on its way; that one is repeated.
 * At most one entry for each known agent.
 */
export class RetrySteps {
  readonly #steps = new Map<InstanceUid, 'restarted' | 'offered' | 'lost'>();

  /** True where the agent is to be offered what it failed on; `isRetry` says whether somebody wants it tried. */
  isWanted(uid: InstanceUid, isRetry: boolean): boolean {
    const step = this.#steps.get(uid);
    // The wish is gone: the agent has applied it by itself, or is to run something else.
    if (!isRetry && step === 'restarted') this.#steps.delete(uid);
    return isRetry || step === 'lost';
  }

  needsRestart(uid: InstanceUid): boolean {
    const step = this.#steps.get(uid);
    return step !== 'restarted' && step !== 'lost';
  }

  /** A restart command left for an agent that is to try again. */
  restarted(uid: InstanceUid): void {
    this.#steps.set(uid, 'restarted');
  }

  /** A configuration left for the agent. */
  offered(uid: InstanceUid): void {
    if (this.#steps.get(uid) === 'restarted') this.#steps.set(uid, 'offered');
    else this.#steps.delete(uid);
  }

  /** The agent said something of its configuration. */
  answered(uid: InstanceUid): void {
    if (this.#steps.get(uid) === 'offered') this.#steps.delete(uid);
  }

  /** The link is gone. */
  unlinked(uid: InstanceUid): void {
    if (this.#steps.get(uid) === 'offered') this.#steps.set(uid, 'lost');
  }

  forget(uid: InstanceUid): void {
    this.#steps.delete(uid);
  }
}
