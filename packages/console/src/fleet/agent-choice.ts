import type { BulkSelection } from '@drover/api';
import { type AgentFilterText, agentFilterOf } from '../data/agent-filter.ts';

/** Agents that an operator has chosen: these, or all that match but these. */
export interface AgentChoice {
  readonly isAll: boolean;
  readonly uids: ReadonlySet<string>;
}

export const NOBODY: AgentChoice = { isAll: false, uids: new Set() };
export const EVERYBODY: AgentChoice = { isAll: true, uids: new Set() };

export function isChosen({ isAll, uids }: AgentChoice, uid: string): boolean {
  return isAll !== uids.has(uid);
}

/** The choice with these agents in it, or without them. */
export function withAgents(choice: AgentChoice, agents: readonly string[], isIn: boolean): AgentChoice {
  const uids = new Set(choice.uids);
  for (const uid of agents) {
    if (choice.isAll !== isIn) uids.add(uid);
    else uids.delete(uid);
  }
  return { isAll: choice.isAll, uids };
}

/** The choice without agents that are gone; the same object where none of them was in it. */
export function withoutGone(choice: AgentChoice, gone: ReadonlySet<string>): AgentChoice {
  if (![...choice.uids].some((uid) => gone.has(uid))) return choice;
  return { isAll: choice.isAll, uids: new Set([...choice.uids].filter((uid) => !gone.has(uid))) };
}

/** How many agents are chosen where so many match. */
export function countOfChoice({ isAll, uids }: AgentChoice, matching: number): number {
  return isAll ? Math.max(0, matching - uids.size) : uids.size;
}

/** The choice as an act takes it. */
export function selectionOf({ isAll, uids }: AgentChoice, filter: AgentFilterText): BulkSelection {
  if (!isAll) return { instanceUids: [...uids] };
  return { filter: agentFilterOf(filter), ...(uids.size === 0 ? {} : { except: [...uids] }) };
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
