import type { RolloutEvent, RolloutEventKind } from '@drover/api';
import { timeText } from '../lib/page.ts';

/** One thing that happened to a rollout. */
export interface RolloutMoment {
  readonly kind: RolloutEventKind;
  readonly atMs: number;
  readonly wave?: number;
  /** An operator, or what acts in the place of one. */
  readonly by?: string;
  readonly text?: string;
}

/** Of one rollout; the last ones are kept. */
const MAX_MOMENTS = 200;

export function withMoments<T extends { readonly moments?: readonly RolloutMoment[] }>(
  progress: T,
  moments: readonly RolloutMoment[],
): T {
  if (moments.length === 0) return progress;
  return { ...progress, moments: [...(progress.moments ?? []), ...moments].slice(-MAX_MOMENTS) };
}

/** What happened to a rollout for people, newest first; its start is always among it. */
export function eventsOfRollout(rollout: {
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly message: string;
  readonly progress: { readonly moments?: readonly RolloutMoment[] };
}): RolloutEvent[] {
  const { createdAtMs, createdBy, message, progress } = rollout;
  const started: RolloutMoment = { kind: 'started', atMs: createdAtMs, by: createdBy, text: message };
  return [started, ...(progress.moments ?? [])]
    .map(({ kind, atMs, wave, by, text }) => ({
      kind,
      at: timeText(atMs),
      wave: wave ?? null,
      by: by ?? null,
      text: text ?? '',
    }))
    .reverse();
}
