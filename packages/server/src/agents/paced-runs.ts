import type { RestartRun as PacedRunView } from '@drover/api';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError, type ErrorCode, errorText } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import type { InstanceUid } from './agent.ts';
import { PacedRun } from './paced-run.ts';

export interface PacedRunsOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** What is asked of the agents, in words: "restart". */
  readonly what: string;
  readonly busy: ErrorCode;
  readonly notFound: ErrorCode;
  /** Why this agent cannot be asked now, or undefined. */
  readonly refusal: (uid: InstanceUid) => string | undefined;
  /** Asks one that can be asked. */
  readonly ask: (uid: InstanceUid, run: PacedRun) => void;
}

const TICK_MS = 250;
const RUNNING_MAX = 10;
const ENDED_KEPT = 20;

/** What is asked of many agents, so many each second, that one can watch and stop. It ends with the process. */
export class PacedRuns {
  readonly #options: PacedRunsOptions;
  readonly #runs = new Map<string, PacedRun>();
  #timer: Timer | undefined;

  constructor(options: PacedRunsOptions) {
    this.#options = options;
  }

  /** Throws the error for too many at once. */
  requireRoom(): void {
    const { busy, what } = this.#options;
    if (this.#running().length < RUNNING_MAX) return;
    throw new DomainError(
      busy,
      `${RUNNING_MAX} ${what}s of many agents are under way: wait for one, or stop one.`,
    );
  }

  /** The first ones are asked before it returns. */
  begin(uids: readonly InstanceUid[], perSecond: number, author: string): PacedRunView {
    const { clock, ids, log, what } = this.#options;
    const run = new PacedRun({ id: ids.next(), author, perSecond, uids, startedAtMs: clock.now() });
    this.#runs.set(run.id, run);
    this.#trim();
    log.info({ run: run.id, agents: uids.length, perSecond, author }, `${what} of many agents began`);
    this.#timer ??= clock.every(TICK_MS, () => this.#tick());
    this.#step(run);
    return run.view();
  }

  /** Agents whose turn has not come. */
  waiting(): ReadonlySet<InstanceUid> {
    return new Set(this.#running().flatMap((run) => run.waiting()));
  }

  /** Those under way and some that ended, newest first. */
  views(): readonly PacedRunView[] {
    return [...this.#runs.values()].reverse().map((run) => run.view());
  }

  /** Nobody else is asked; of one that has ended nothing changes. Throws the error for one that is not there. */
  stopRun(id: string, author: string): PacedRunView {
    const { clock, log, what, notFound } = this.#options;
    const run = this.#runs.get(id);
    if (run === undefined)
      throw new DomainError(
        notFound,
        `there is no ${what} "${id}"; those that ended long ago are not kept, and none outlives the server's process`,
      );
    if (run.isRunning) log.info({ run: id, author }, `${what} of many agents was stopped`);
    run.stop(clock.now());
    return run.view();
  }

  /** Nobody is asked any more. */
  stop(): void {
    const { clock, log, what } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const run of this.#running()) {
      log.warn(
        { run: run.id, agents: run.waiting().length },
        `${what} of many agents ends: the server stops`,
      );
      run.stop(clock.now());
    }
  }

  #running(): PacedRun[] {
    return [...this.#runs.values()].filter(({ isRunning }) => isRunning);
  }

  #tick(): void {
    const running = this.#running();
    for (const run of running) this.#step(run);
    if (running.length > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #step(run: PacedRun): void {
    const { refusal, ask, clock, log, what } = this.#options;
    for (const uid of run.take(clock.now())) {
      const reason = refusal(uid);
      if (reason === undefined) {
        try {
          ask(uid, run);
        } catch (error) {
          log.warn({ agent: uid, error: errorText(error) }, `an agent was left out of the ${what}`);
        }
      }
      run.tell(reason);
    }
  }

  #trim(): void {
    const ended = [...this.#runs.values()].filter(({ isRunning }) => !isRunning);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) this.#runs.delete(id);
  }
}
