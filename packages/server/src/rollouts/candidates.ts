import type { AgentRecord } from '../agents/agent.ts';
import { requireSelector } from '../agents/selector.ts';
import { breathe } from '../lib/breathe.ts';
import type { Assignments } from './assignment.ts';
import type { Fleet } from './fleet.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { TargetKind } from './target-kind.ts';

export interface CandidatesOptions<T extends PinnedTarget> {
  readonly kind: TargetKind<unknown, T>;
  readonly agents: Fleet;
  readonly assignments: Assignments<T>;
}

const SLICE = 2000;

/**
 * The agents that a rollout is for now: those that its selector matches and that have a place for its target. What each
 * of them would get is in memory afterwards. The work grows with those agents, not with the fleet.
 */
export async function candidatesFor<T extends PinnedTarget>(
  { target, selector }: Pick<Rollout<T>, 'target' | 'selector'>,
  { kind, agents, assignments }: CandidatesOptions<T>,
): Promise<AgentRecord[]> {
  const part = kind.partOf(target);
  const matching = agents.match(requireSelector(selector), part);
  if (part === undefined) return matching;
  const candidates: AgentRecord[] = [];
  const stacks = new Set<T>();
  for (const [at, agent] of matching.entries()) {
    const current = assignments.get(agent.uid)?.target;
    if (current !== undefined && kind.concerns(target, current)) {
      candidates.push(agent);
      stacks.add(current);
    }
    if (at % SLICE === SLICE - 1) await breathe();
  }
  for (const stack of stacks) await kind.prepare(target, stack);
  return candidates;
}
