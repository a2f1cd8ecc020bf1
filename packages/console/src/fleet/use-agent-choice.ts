import type { AgentSummary } from '@drover/api';
import { countOf } from '../components/format.ts';
import { type RowChoosing, useRowChoice } from './use-row-choice.ts';

/** Which agents of the fleet are chosen, by uid. Those that were picked stay so whatever the list shows. */
export function useAgentChoice(
  filterText: string,
  rows: readonly AgentSummary[],
  gone: ReadonlySet<string>,
): RowChoosing<AgentSummary> {
  return useRowChoice({
    rows,
    keyOf: uidOf,
    labelOf,
    headLabel: `Select the ${countOf(rows.length, 'agent')} listed so far`,
    scope: filterText,
    gone,
  });
}

function uidOf({ instanceUid }: AgentSummary): string {
  return instanceUid;
}

function labelOf({ displayName, instanceUid }: AgentSummary): string {
  return `Select ${displayName} …${instanceUid.slice(-4)}`;
}
