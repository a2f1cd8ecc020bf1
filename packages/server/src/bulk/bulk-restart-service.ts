import type { BulkRestartResult, RestartRun as RestartRunView } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { Act } from '../audit/audit.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError, errorText } from '../lib/errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import { bulkAct } from './bulk-act.ts';
import {
  type BulkVerdict,
  CHANGES,
  requireAtMost,
  type Selection,
  type SortedSelection,
  sortSelection,
  UNCHANGED,
} from './bulk-selection.ts';
import { RestartRun, secondsFor } from './restart-run.ts';

/** The way to the agents for a restart. */
export interface Restarter {
  /** Why the agent cannot be asked to restart now, or undefined. */
  restartRefusal(uid: InstanceUid): string | undefined;
  restart(uid: InstanceUid): void;
}

export interface BulkRestartServiceOptions {
  readonly agents: AgentService;
  readonly restarter: Restarter;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Records an act; on disk when it resolves. */
  readonly record: (act: Act) => Promise<void>;
}

const TICK_MS = 250;
const RUNNING_MAX = 10;
const ENDED_KEPT = 20;

/** Restarts of many agents, so many each second, that one can watch and stop. They end with the process. */
export class BulkRestartService {
  readonly #options: BulkRestartServiceOptions;
  readonly #runs = new Map<string, RestartRun>();
  #timer: Timer | undefined;

  constructor(options: BulkRestartServiceOptions) {
    this.#options = options;
  }

  /** What `restart` would do; changes nothing. Throws `invalid_selector`. */
  async preview(selection: Selection, perSecond: number): Promise<BulkRestartResult> {
    return resultOf(await this.#sort(selection), perSecond, null);
  }

  /**
   * Begins to ask those of the selection that can restart; one that waits for it already is unchanged. Throws
   * `invalid_selector`, `selection_grown`, `restarts_busy`.
   */
  async restart(
    selection: Selection,
    perSecond: number,
    author: string,
    atMost?: number,
  ): Promise<BulkRestartResult> {
    const { agents, clock, ids, log, record } = this.#options;
    const sorted = await this.#sort(selection);
    const { changing: uids } = sorted;
    requireAtMost(uids, atMost);
    if (uids.length === 0) return resultOf(sorted, perSecond, null);
    if (this.#running().length >= RUNNING_MAX) {
      throw new DomainError(
        'restarts_busy',
        `${RUNNING_MAX} restarts of many agents are under way: wait for one, or stop one.`,
      );
    }
    const text = `${perSecond} a second`;
    await record(bulkAct('agents.restarted', agents, { changing: uids, selection, author }, text));
    const run = new RestartRun({ id: ids.next(), author, perSecond, uids, startedAtMs: clock.now() });
    this.#runs.set(run.id, run);
    this.#trim();
    log.info({ run: run.id, agents: uids.length, perSecond, author }, 'agents are asked to restart');
    this.#timer ??= clock.every(TICK_MS, () => this.#tick());
    this.#step(run);
    return resultOf(sorted, perSecond, run.view());
  }

  /** Those under way and some that ended, newest first. */
  runs(): readonly RestartRunView[] {
    return [...this.#runs.values()].reverse().map((run) => run.view());
  }

  /** Nobody else is asked; of one that has ended nothing changes. Throws `restart_run_not_found`. */
  stopRun(id: string, author: string): RestartRunView {
    const run = this.#runs.get(id);
    if (run === undefined)
      throw new DomainError(
        'restart_run_not_found',
        `there is no restart "${id}"; those that ended long ago are not kept, and none outlives the server's process`,
      );
    if (run.isRunning) this.#options.log.info({ run: id, author }, 'the restart of agents was stopped');
    run.stop(this.#options.clock.now());
    return run.view();
  }

  /** Nobody is asked any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const run of this.#running()) {
      const agents = run.waiting().length;
      this.#options.log.warn({ run: run.id, agents }, 'agents are not asked to restart: the server stops');
      run.stop(this.#options.clock.now());
    }
  }

  #running(): RestartRun[] {
    return [...this.#runs.values()].filter(({ isRunning }) => isRunning);
  }

  #tick(): void {
    const running = this.#running();
    for (const run of running) this.#step(run);
    if (running.length > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #step(run: RestartRun): void {
    const { agents, restarter, clock, log } = this.#options;
    for (const uid of run.take(clock.now())) {
      const refusal = agents.record(uid) === undefined ? 'is not known' : restarter.restartRefusal(uid);
      if (refusal === undefined) {
        const detail = `restart asked for by ${run.author}`;
        agents.recordEvent(uid, 'restart_asked', detail, { author: run.author, run: run.id });
        try {
          restarter.restart(uid);
        } catch (error) {
          log.warn({ agent: uid, error: errorText(error) }, 'an agent was not asked to restart');
        }
      }
      run.tell(refusal);
    }
  }

  #trim(): void {
    const ended = [...this.#runs.values()].filter(({ isRunning }) => !isRunning);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) this.#runs.delete(id);
  }

  #sort(selection: Selection): Promise<SortedSelection> {
    const { agents, restarter } = this.#options;
    const waiting = new Set(this.#running().flatMap((run) => run.waiting()));
    const verdictOf = ({ uid }: AgentRecord): BulkVerdict => {
      const reason = restarter.restartRefusal(uid);
      if (reason !== undefined) return { kind: 'cannot', reason };
      return waiting.has(uid) ? UNCHANGED : CHANGES;
    };
    return sortSelection(agents, selection, verdictOf);
  }
}

function resultOf(
  { changing, result }: SortedSelection,
  perSecond: number,
  run: RestartRunView | null,
): BulkRestartResult {
  return { ...result, seconds: secondsFor(changing.length, perSecond), run };
}
