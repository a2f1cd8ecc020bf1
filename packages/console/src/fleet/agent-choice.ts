import type { BulkSelection } from '@drover/api';
import { type AgentFilterText, agentFilterOf } from '../data/agent-filter.ts';
import type { RowChoice } from './row-choice.ts';

/** Agents that were chosen, one by one or as groups, as the acts on them need them. */
export interface ChosenAgents {
  /** By uid. */
  readonly choice: RowChoice;
  /** What all that match are to match. */
  readonly filter: AgentFilterText;
  readonly count: number;
  /** All that match were chosen, perhaps but for some. */
  readonly isAll: boolean;
  /** Why nothing can be done with them together. */
  readonly refused?: string;
}

export function chosenAgents(choice: RowChoice, filter: AgentFilterText, matching: number): ChosenAgents {
  return { choice, filter, count: countOfChoice(choice, matching), isAll: choice.isAll };
}

/** How many agents are chosen, by uid, where so many match. */
export function countOfChoice({ isAll, keys }: RowChoice, matching: number): number {
  return isAll ? Math.max(0, matching - keys.size) : keys.size;
}

/** The choice as an act takes it. */
export function selectionOf({ isAll, keys }: RowChoice, filter: AgentFilterText): BulkSelection {
  if (!isAll) return { instanceUids: [...keys] };
  return { filter: agentFilterOf(filter), ...(keys.size === 0 ? {} : { except: [...keys] }) };
}

/** The selection for an act whose effect was counted: exactly those agents where they can be named, and never more. */
export function countedSelection(
  selection: BulkSelection,
  counted: { readonly changed: number; readonly instanceUids: readonly string[] },
): { readonly selection: BulkSelection; readonly atMost: number } {
  const areNamed = counted.changed === counted.instanceUids.length && counted.changed > 0;
  return {
    selection: areNamed ? { instanceUids: [...counted.instanceUids] } : selection,
    atMost: counted.changed,
  };
}
