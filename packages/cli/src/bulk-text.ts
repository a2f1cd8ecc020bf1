import { type BulkResult, type BulkSelection, printableLine } from '@drover/api';
import type { AgentFilterFlags } from './agent-filter.ts';

/** Whether the flags mean many agents, and not one by name. */
export function meansMany(flags: AgentFilterFlags): boolean {
  const { selector, state, health, sync, drift, enrolment, credential, type, config, runs, search } = flags;
  const given = [selector, state, health, sync, drift, enrolment, credential, type, config, runs, search];
  return given.some((flag) => flag !== undefined);
}

/** ` (2 cannot: is not connected; 3 stand so already)`; empty where all are changed. */
export function remainderText({ cannot, unchanged }: BulkResult): string {
  const parts = cannot.map(({ count, reason }) => `${count} cannot: ${printableLine(reason)}`);
  if (unchanged > 0) parts.push(`${unchanged} stand so already`);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** The selection for an act whose effect was counted: exactly those agents where they can be named, and never more. */
export function countedSelection(
  selection: BulkSelection,
  { changed, instanceUids }: BulkResult,
): { readonly selection: BulkSelection; readonly atMost: number } {
  const areNamed = changed > 0 && changed === instanceUids.length;
  return { selection: areNamed ? { instanceUids } : selection, atMost: changed };
}
