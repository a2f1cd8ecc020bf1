import { hash } from 'node:crypto';
import type { RolloutStrategy, Wave } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { matchesSelector, requireSelector, type Selector } from '../agents/selector.ts';
import { breathe } from '../lib/breathe.ts';
import { nthSmallest } from '../lib/nth-smallest.ts';

/**
 * Where one wave ends and the next begins, decided when the rollout starts and kept: agents stand in an order that
 * follows from their uid and the rollout alone, and a wave of a number or a share ends at a place in that order. So an
 * agent is in the same wave after a restart, and one that joins later finds its wave without a look at the others.
 */
export interface WavePlan {
  /** By wave: the last place that belongs to it; null for a wave that a selector makes. The rest comes last. */
  readonly cuts: readonly (string | null)[];
}

/** A plan, and the agents that it was made for, by wave. */
export interface PlannedWaves {
  readonly plan: WavePlan;
  readonly agents: readonly (readonly AgentRecord[])[];
}

interface Placed {
  readonly place: string;
  readonly agent: AgentRecord;
}

const SLICE = 5000;
const NO_WAVES: readonly Wave[] = [];

export function wavesOf(strategy: RolloutStrategy): readonly Wave[] {
  return strategy.kind === 'waves' ? strategy.waves : NO_WAVES;
}

/** How many waves there are, with the one for the rest. */
export function waveCount(strategy: RolloutStrategy): number {
  return wavesOf(strategy).length + 1;
}

/** An agent's place in the order of a rollout: no agent comes first everywhere. */
export function placeOf(rolloutId: string, uid: InstanceUid): string {
  return hash('sha1', `${rolloutId}\0${uid}`, 'hex').slice(0, 16);
}

/** The plan for these agents, all of which can take the target. */
export async function planWaves(
  rolloutId: string,
  strategy: RolloutStrategy,
  agents: readonly AgentRecord[],
): Promise<PlannedWaves> {
  const waves = wavesOf(strategy);
  if (waves.length === 0) return { plan: { cuts: [] }, agents: [agents] };
  let left: Placed[] = [];
  for (let at = 0; at < agents.length; at += SLICE) {
    for (const agent of agents.slice(at, at + SLICE))
      left.push({ place: placeOf(rolloutId, agent.uid), agent });
    if (at + SLICE < agents.length) await breathe();
  }
  const cuts: (string | null)[] = [];
  const byWave: AgentRecord[][] = [];
  for (const wave of waves) {
    const selector = wave.selector === undefined ? undefined : requireSelector(wave.selector);
    const size = wave.count ?? Math.ceil(((wave.percent ?? 0) / 100) * agents.length);
    const cut = selector === undefined ? cutAfter(left, size) : null;
    const taken: AgentRecord[] = [];
    const rest: Placed[] = [];
    for (const placed of left) {
      const isIn =
        selector === undefined ? placed.place <= (cut ?? '') : matchesSelector(selector, placed.agent);
      if (isIn) taken.push(placed.agent);
      else rest.push(placed);
    }
    cuts.push(cut);
    byWave.push(taken);
    left = rest;
    await breathe();
  }
  return { plan: { cuts }, agents: [...byWave, left.map(({ agent }) => agent)] };
}

/** The place of the last of so many agents, in the order of their places; empty for none. */
function cutAfter(placed: readonly Placed[], size: number): string {
  const last = Math.min(size, placed.length) - 1;
  if (last < 0) return '';
  const ranks = Float64Array.from(placed, ({ place }) => rankOf(place));
  const rank = nthSmallest(ranks.slice(), last);
  let below = 0;
  const equal: string[] = [];
  for (const [at, { place }] of placed.entries()) {
    const own = ranks[at] ?? 0;
    if (own < rank) below += 1;
    else if (own === rank) equal.push(place);
  }
  return equal.sort()[last - below] ?? '';
}

/** The first digits of a place as a number: nearly all agents differ in them, and numbers are compared far faster. */
function rankOf(place: string): number {
  let rank = 0;
  for (let at = 0; at < 8; at += 1) {
    const code = place.charCodeAt(at);
    rank = rank * 16 + (code < 58 ? code - 48 : code - 87);
  }
  return rank;
}

/** Finds the wave of each agent, from 0. Work is that of the waves, not of the fleet. */
export function waveFinder(
  rolloutId: string,
  strategy: RolloutStrategy,
  { cuts }: WavePlan,
): (agent: AgentRecord) => number {
  const waves = wavesOf(strategy);
  if (waves.length === 0) return () => 0;
  const selectors: readonly (Selector | undefined)[] = waves.map(({ selector }) =>
    selector === undefined ? undefined : requireSelector(selector),
  );
  return (agent) => {
    const place = placeOf(rolloutId, agent.uid);
    const found = waves.findIndex((_wave, index) => {
      const selector = selectors[index];
      return selector === undefined ? place <= (cuts[index] ?? '') : matchesSelector(selector, agent);
    });
    return found < 0 ? waves.length : found;
  };
}
