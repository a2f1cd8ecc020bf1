import type { Rollout as RolloutView, RolloutWave } from '@drover/api';
import { timeText } from '../lib/page.ts';
import type { ConfigStack } from './config-stack.ts';
import type { Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import { soakSecondsOf } from './rollout-progress.ts';
import { isWindowOpen, windowOpensAtMs } from './rollout-window.ts';
import { wavesOf } from './wave-plan.ts';

/** A rollout as the interface shows it. */
export function viewOfRollout(
  rollout: Rollout<ConfigStack>,
  members: RolloutMembers,
  nowMs: number,
): RolloutView {
  const { id, state, target, message, selector, strategy, createdBy, isStanding, progress } = rollout;
  const { window } = strategy;
  const waits = state === 'running' && window !== undefined && !isWindowOpen(window, nowMs);
  return {
    id,
    state,
    target: viewOfTarget(target),
    message,
    selector,
    strategy,
    counts: members.counts(id),
    waves: wavesOfView(rollout, members),
    pausedBecause: state === 'paused' ? progress.pause : null,
    waitsUntil: waits ? timeText(windowOpensAtMs(window, nowMs)) : null,
    createdAt: timeText(rollout.createdAtMs),
    createdBy,
    updatedAt: timeText(rollout.updatedAtMs),
    endedAt: textOrNull(rollout.endedAtMs),
    isStanding,
  };
}

export function viewOfTarget({ configs, hash, replaces }: ConfigStack): RolloutView['target'] {
  return { kind: 'config', configs: [...configs], hash, replaces: replaces ?? 'stack' };
}

function wavesOfView(
  { id, strategy, progress }: Rollout<ConfigStack>,
  members: RolloutMembers,
): RolloutWave[] {
  const waves = wavesOf(strategy);
  return progress.waves.map(({ state, startedAtMs, settledAtMs, endedAtMs, gates }, index) => ({
    index,
    wave: waves[index] ?? null,
    soakSeconds: soakSecondsOf(strategy, index),
    state,
    counts: members.counts(id, index),
    startedAt: textOrNull(startedAtMs),
    settledAt: textOrNull(settledAtMs),
    endedAt: textOrNull(endedAtMs),
    gates: gates.map(({ atMs, ...verdict }) => ({ ...verdict, at: timeText(atMs) })),
  }));
}

function textOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
