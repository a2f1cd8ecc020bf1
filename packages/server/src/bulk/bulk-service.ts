import type { BulkForgetResult, BulkResult } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import { requireAtMost } from '../agents/at-most.ts';
import { breathe } from '../lib/breathe.ts';
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
import { editText, LABELS_MAX, type LabelEdit, labelsAfter } from './label-edit.ts';

export interface BulkServiceOptions {
  readonly agents: AgentService;
  readonly log: Log;
}

/** Agents that are written, or removed, at a time: others have their turn in between. */
const BATCH = 500;

/** Labels of many agents, and forgetting many: counted first, and on disk when it is answered. Both may be repeated. */
export class BulkService {
  readonly #options: BulkServiceOptions;

  constructor(options: BulkServiceOptions) {
    this.#options = options;
  }

  /** What `label` would do; changes nothing. Throws `invalid_selector`. */
  async previewLabels(selection: Selection, edit: LabelEdit): Promise<BulkResult> {
    return (await this.#sortLabels(selection, edit)).result;
  }

  /**
   * On disk when it resolves. Throws `invalid_selector`, `selection_grown`, `storage_unavailable`; then a part of the
   * agents may have the labels, and doing it again does the rest.
   */
  async label(selection: Selection, edit: LabelEdit, author: string, atMost?: number): Promise<BulkResult> {
    const { agents, log } = this.#options;
    const { changing, result } = await this.#sortLabels(selection, edit);
    requireAtMost(changing, atMost);
    const act = bulkAct('agents.changed', agents, { changing, selection, author }, editText(edit));
    for (let at = 0; at < changing.length; at += BATCH) {
      const batch = changing.slice(at, at + BATCH);
      // The act is recorded with the first of its writes.
      const record = at === 0 ? act : undefined;
      await agents.relabel(batch, (labels) => labelsAfter(labels, edit), author, record);
      await breathe();
    }
    if (changing.length > 0)
      log.info(
        { agents: changing.length, author, set: edit.set, remove: edit.remove },
        'labels of agents changed',
      );
    return result;
  }

  /** What `forget` would do; changes nothing. Throws `invalid_selector`. */
  async previewForget(selection: Selection): Promise<BulkForgetResult> {
    return this.#forgetResult(await this.#sortForget(selection));
  }

  /**
   * Removed from disk when it resolves; those that are gone already are unchanged. Throws `invalid_selector`,
   * `selection_grown`, `storage_unavailable`; then a part may be gone, and doing it again does the rest.
   */
  async forget(selection: Selection, author: string, atMost?: number): Promise<BulkForgetResult> {
    const { agents } = this.#options;
    const sorted = await this.#sortForget(selection);
    requireAtMost(sorted.changing, atMost);
    const result = this.#forgetResult(sorted);
    const { changing } = sorted;
    const act = bulkAct('agents.forgotten', agents, { changing, selection, author });
    for (let at = 0; at < sorted.changing.length; at += BATCH) {
      await agents.forgetAll(changing.slice(at, at + BATCH), author, at === 0 ? act : undefined);
      await breathe();
    }
    return result;
  }

  #sortLabels(selection: Selection, edit: LabelEdit): Promise<SortedSelection> {
    const verdictOf = ({ labels }: AgentRecord): BulkVerdict => {
      const after = labelsAfter(labels, edit);
      if (after === labels) return UNCHANGED;
      if (Object.keys(after).length <= LABELS_MAX) return CHANGES;
      return { kind: 'cannot', reason: `would have more than ${LABELS_MAX} labels` };
    };
    return sortSelection(this.#options.agents, selection, verdictOf);
  }

  #sortForget(selection: Selection): Promise<SortedSelection> {
    return sortSelection(this.#options.agents, selection, () => CHANGES, UNCHANGED);
  }

  #forgetResult({ changing, result }: SortedSelection): BulkForgetResult {
    const isConnected = (uid: InstanceUid): boolean =>
      this.#options.agents.record(uid)?.connection.state !== 'disconnected';
    return { ...result, connected: changing.filter(isConnected).length };
  }
}
