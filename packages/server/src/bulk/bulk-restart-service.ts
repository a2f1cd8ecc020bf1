import type { BulkRestartResult, RestartRun as RestartRunView } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { requireAtMost } from '../agents/at-most.ts';
import { secondsFor } from '../agents/paced-run.ts';
import { PacedRuns } from '../agents/paced-runs.ts';
import type { Act } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import { bulkAct } from './bulk-act.ts';
import {
  type BulkVerdict,
  CHANGES,
  type Selection,
  type SortedSelection,
  sortSelection,
  UNCHANGED,
} from './bulk-selection.ts';

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

/** Restarts of many agents, so many each second, that one can watch and stop. They end with the process. */
export class BulkRestartService {
  readonly #options: BulkRestartServiceOptions;
  readonly #runs: PacedRuns;

  constructor(options: BulkRestartServiceOptions) {
    this.#options = options;
    const { agents, restarter, clock, ids, log } = options;
    this.#runs = new PacedRuns({
      clock,
      ids,
      log,
      what: 'restart',
      busy: 'restarts_busy',
      notFound: 'restart_run_not_found',
      refusal: (uid) => (agents.record(uid) === undefined ? 'is not known' : restarter.restartRefusal(uid)),
      ask: (uid, { id, author }) => {
        agents.recordEvent(uid, 'restart_asked', `restart asked for by ${author}`, { author, run: id });
        restarter.restart(uid);
      },
    });
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
    const { agents, record } = this.#options;
    const sorted = await this.#sort(selection);
    const { changing: uids } = sorted;
    requireAtMost(uids, atMost);
    if (uids.length === 0) return resultOf(sorted, perSecond, null);
    this.#runs.requireRoom();
    const text = `${perSecond} a second`;
    await record(bulkAct('agents.restarted', agents, { changing: uids, selection, author }, text));
    return resultOf(sorted, perSecond, this.#runs.begin(uids, perSecond, author));
  }

  /** Those under way and some that ended, newest first. */
  runs(): readonly RestartRunView[] {
    return this.#runs.views();
  }

  /** Nobody else is asked; of one that has ended nothing changes. Throws `restart_run_not_found`. */
  stopRun(id: string, author: string): RestartRunView {
    return this.#runs.stopRun(id, author);
  }

  /** Nobody is asked any more. */
  stop(): void {
    this.#runs.stop();
  }

  #sort(selection: Selection): Promise<SortedSelection> {
    const { agents, restarter } = this.#options;
    const waiting = this.#runs.waiting();
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
