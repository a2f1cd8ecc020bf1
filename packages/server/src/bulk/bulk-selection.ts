import { type BulkResult, SELECTION_MAX } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentMatch } from '../agents/agent-list.ts';
import { Slices } from '../lib/slices.ts';

/** Agents that an act is for: all that a filter leaves but for some, or these. */
export interface Selection {
  readonly match?: AgentMatch | undefined;
  readonly except?: readonly string[] | undefined;
  readonly instanceUids?: readonly string[] | undefined;
}

/** What an act asks of the fleet to find its agents. */
export interface SelectableAgents {
  record(uid: InstanceUid): AgentRecord | undefined;
  /** Throws `invalid_selector`. */
  matching(filter: AgentMatch): readonly AgentRecord[];
}

export type BulkVerdict =
  | { readonly kind: 'changes' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'cannot'; readonly reason: string };

export const CHANGES: BulkVerdict = { kind: 'changes' };
export const UNCHANGED: BulkVerdict = { kind: 'unchanged' };
export const UNKNOWN: BulkVerdict = { kind: 'cannot', reason: 'is not known' };

export interface SortedSelection {
  readonly changing: readonly InstanceUid[];
  readonly result: BulkResult;
}

/** The agents of a selection by what an act makes of them; `unknown` is for a uid that no agent has. Throws `invalid_selector`. */
export async function sortSelection(
  agents: SelectableAgents,
  selection: Selection,
  verdictOf: (agent: AgentRecord) => BulkVerdict,
  unknown: BulkVerdict = UNKNOWN,
): Promise<SortedSelection> {
  const changing: InstanceUid[] = [];
  const cannot = new Map<string, number>();
  let [matched, unchanged] = [0, 0];
  const take = (uid: InstanceUid, verdict: BulkVerdict): void => {
    matched += 1;
    if (verdict.kind === 'changes') changing.push(uid);
    else if (verdict.kind === 'unchanged') unchanged += 1;
    else cannot.set(verdict.reason, (cannot.get(verdict.reason) ?? 0) + 1);
  };
  const slices = new Slices();
  for (const uid of new Set(selection.instanceUids)) {
    const agent = agents.record(uid as InstanceUid);
    take(uid as InstanceUid, agent === undefined ? unknown : verdictOf(agent));
    await slices.turn();
  }
  const except = new Set(selection.except);
  for (const agent of selection.match === undefined ? [] : agents.matching(selection.match)) {
    if (except.has(agent.uid)) continue;
    take(agent.uid, verdictOf(agent));
    await slices.turn();
  }
  const result = {
    matched,
    changed: changing.length,
    unchanged,
    cannot: [...cannot].map(([reason, count]) => ({ reason, count })),
    instanceUids: changing.slice(0, SELECTION_MAX),
  };
  return { changing, result };
}
