import type { BulkResult } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { requireAtMost } from '../agents/at-most.ts';
import type { Act } from '../audit/audit.ts';
import { breathe } from '../lib/breathe.ts';
import { bulkAct } from './bulk-act.ts';
import {
  type BulkVerdict,
  CHANGES,
  type SelectableAgents,
  type Selection,
  type SortedSelection,
  sortSelection,
  UNCHANGED,
} from './bulk-selection.ts';

/** The way to the agents for what they are told of their own metrics. */
export interface OwnMetricsTeller {
  /** Undefined while the agent is not connected. */
  ownMetrics(uid: InstanceUid): { readonly state: string } | undefined;
  retryOwnMetrics(uid: InstanceUid): void;
}

export interface BulkOwnMetricsServiceOptions {
  readonly agents: SelectableAgents;
  readonly teller: OwnMetricsTeller;
  /** Records an act; on disk when it resolves. */
  readonly record: (act: Act) => Promise<void>;
}

const NOT_CONNECTED: BulkVerdict = { kind: 'cannot', reason: 'is not connected' };
const BATCH = 200;

/** Many agents that failed on where to send their own metrics, told once more. */
export class BulkOwnMetricsService {
  readonly #options: BulkOwnMetricsServiceOptions;

  constructor(options: BulkOwnMetricsServiceOptions) {
    this.#options = options;
  }

  /** What `retry` would do; changes nothing. Throws `invalid_selector`. */
  async preview(selection: Selection): Promise<BulkResult> {
    return (await this.#sort(selection)).result;
  }

  /** Those that have not failed are unchanged. Throws `invalid_selector`, `selection_grown`. */
  async retry(selection: Selection, author: string, atMost?: number): Promise<BulkResult> {
    const { agents, teller, record } = this.#options;
    const { changing, result } = await this.#sort(selection);
    requireAtMost(changing, atMost);
    if (changing.length === 0) return result;
    await record(bulkAct('agents.own_metrics_retried', agents, { changing, selection, author }));
    for (const [at, uid] of changing.entries()) {
      // Whoever left meanwhile, or has it by now, is left out.
      if (teller.ownMetrics(uid)?.state === 'failed') teller.retryOwnMetrics(uid);
      if (at % BATCH === BATCH - 1) await breathe();
    }
    return result;
  }

  #sort(selection: Selection): Promise<SortedSelection> {
    const { agents, teller } = this.#options;
    const verdictOf = ({ uid }: AgentRecord): BulkVerdict => {
      const state = teller.ownMetrics(uid)?.state;
      if (state === undefined) return NOT_CONNECTED;
      return state === 'failed' ? CHANGES : UNCHANGED;
    };
    return sortSelection(agents, selection, verdictOf);
  }
}
