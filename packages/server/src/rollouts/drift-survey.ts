import type { DriftDifference as DriftView } from '@drover/api';
import type { DriftDifference } from '@drover/collector-config';
import { type AgentRecord, displayNameOf, type InstanceUid } from '../agents/agent.ts';
import { breathe } from '../lib/breathe.ts';
import { shownDifference } from './drift-difference.ts';

/** One agent that drifts. Agents that differ in the same have the same array. */
export interface DriftingAgent {
  readonly agent: AgentRecord;
  readonly differences: readonly DriftDifference[];
}

export interface DriftGroupView extends DriftView {
  readonly agents: number;
  readonly sample: { readonly instanceUid: InstanceUid; readonly displayName: string }[];
}

export interface DriftSurvey {
  readonly groups: readonly DriftGroupView[];
  readonly isCut: boolean;
}

/** Kinds of differences that are told apart: where each agent has values of its own, there are as many as agents. */
export const MAX_GROUPS = 5000;
const SAMPLE = 3;
/** Agents or differences that are gone through without a pause for others. */
const SLICE = 2000;

interface Bunch {
  readonly first: AgentRecord[];
  count: number;
}

/** In what agents drift, the difference of most agents first. */
export async function surveyDrift(drifting: Iterable<DriftingAgent>): Promise<DriftSurvey> {
  const bunches = new Map<readonly DriftDifference[], Bunch>();
  let done = 0;
  for (const { agent, differences } of drifting) {
    const bunch = bunches.get(differences) ?? { first: [], count: 0 };
    bunch.count += 1;
    if (bunch.first.length < SAMPLE) bunch.first.push(agent);
    bunches.set(differences, bunch);
    done += 1;
    if (done % SLICE === 0) await breathe();
  }
  const groups = new Map<string, DriftGroupView & { agents: number }>();
  let isCut = false;
  for (const [differences, { first, count }] of bunches) {
    for (const difference of differences) {
      const shown = shownDifference(difference);
      const key = JSON.stringify([shown.path, shown.change, shown.intended, shown.effective]);
      let group = groups.get(key);
      if (group === undefined) {
        if (groups.size >= MAX_GROUPS) {
          isCut = true;
          continue;
        }
        group = { ...shown, agents: 0, sample: [] };
        groups.set(key, group);
      }
      group.agents += count;
      for (const agent of first.slice(0, SAMPLE - group.sample.length))
        group.sample.push({ instanceUid: agent.uid, displayName: displayNameOf(agent) });
    }
    done += differences.length;
    if (done >= SLICE) {
      done = 0;
      await breathe();
    }
  }
  const sorted = [...groups.values()].sort(
    (a, b) => b.agents - a.agents || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
  return { groups: sorted, isCut };
}
