import { hash } from 'node:crypto';
import type { RolloutStrategy, Wave } from '@drover/api';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { matchesSelector, requireSelector, type Selector } from '../agents/selector.ts';
import { breathe } from '../lib/breathe.ts';

/**
 * Where one wave ends and the next begins, decided when the rollout starts and kept: agents stand in an order that
 * follows from their uid and the rollout alone, and a wave of a number or a share ends at a place in that order. So an
 * agent is in the same wave after a restart, and one that joins later finds its wave without a look at the others.
 */
export interface WavePlan {
  /** By wave: the last place that belongs to it; null for a wave that a selector makes. The rest comes last. */
  readonly cuts: readonly (string | null)[];
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
): Promise<WavePlan> {
  const waves = wavesOf(strategy);
  if (waves.length === 0) return { cuts: [] };
  let left: { readonly place: string; readonly agent: AgentRecord }[] = [];
  for (let at = 0; at < agents.length; at += SLICE) {
    for (const agent of agents.slice(at, at + SLICE))
      left.push({ place: placeOf(rolloutId, agent.uid), agent });
    if (at + SLICE < agents.length) await breathe();
  }
  left.sort((a, b) => (a.place < b.place ? -1 : 1));
  const cuts = waves.map((wave) => {
    if (wave.selector !== undefined) {
      const selector = requireSelector(wave.selector);
      left = left.filter(({ agent }) => !matchesSelector(selector, agent));
      return null;
    }
    const size = wave.count ?? Math.ceil(((wave.percent ?? 0) / 100) * agents.length);
    const taken = left.slice(0, size);
    left = left.slice(size);
    return taken.at(-1)?.place ?? '';
  });
  return { cuts };
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
