import type { RolloutStrategy, WaveState } from '@drover/api';
import type { FlowSums } from './flow-gate.ts';
import type { GateVerdict } from './gate-verdict.ts';
import { type RolloutMoment, withMoments } from './rollout-moment.ts';
import { type WavePlan, waveCount, wavesOf } from './wave-plan.ts';

export interface WaveProgress {
  readonly state: WaveState;
  readonly startedAtMs: number | null;
  /** When every agent of it that could be reached had a verdict: its soak begins. */
  readonly settledAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly gates: readonly GateVerdict[];
  /** An operator went on although a gate had failed: failures halt it no more. */
  readonly isOverridden: boolean;
  /** What flowed through its agents before they were given the target; null where nobody asked or nothing is known. */
  readonly flowBefore: FlowSums | null;
}

/** Why a rollout is paused. */
export interface Pause {
  readonly kind: 'operator' | 'approval' | 'gate';
  readonly wave: number;
  readonly text: string;
}

/** How far a rollout has come. On disk before anybody gets an offer of a wave. */
export interface RolloutProgress extends WavePlan {
  readonly waves: readonly WaveProgress[];
  /** The last wave whose agents may be given the target. */
  readonly current: number;
  readonly pause: Pause | null;
  /** Who aborted it or rolled it back. */
  readonly endedBy?: string;
  /** What happened to it, oldest first, the last of it; missing where it was made before that was kept. */
  readonly moments?: readonly RolloutMoment[];
}

const WAITING: WaveProgress = {
  state: 'waiting',
  startedAtMs: null,
  settledAtMs: null,
  endedAtMs: null,
  gates: [],
  isOverridden: false,
  flowBefore: null,
};

const USUAL_SOAK_SECONDS = 0;
/** Of one wave; the last ones are kept. */
const MAX_VERDICTS = 20;

/** Nobody may be given the target yet: the first wave is released when its agents are known. */
export function firstProgress(strategy: RolloutStrategy, plan: WavePlan): RolloutProgress {
  const waves = Array.from({ length: waveCount(strategy) }, () => WAITING);
  return { ...plan, waves, current: -1, pause: null };
}

/** The agents of this wave may be given the target. */
export function released(
  progress: RolloutProgress,
  wave: number,
  nowMs: number,
  flowBefore: FlowSums | null = null,
): RolloutProgress {
  const after = withMoments(progress, [{ kind: 'wave_released', atMs: nowMs, wave }]);
  return withWave({ ...after, current: wave, pause: null }, wave, {
    state: 'running',
    startedAtMs: nowMs,
    settledAtMs: null,
    flowBefore,
  });
}

/** Every agent of the current wave that could be reached has a verdict. The same object where that was known. */
export function settled(progress: RolloutProgress, nowMs: number): RolloutProgress {
  const { current } = progress;
  if (progress.waves[current]?.state !== 'running') return progress;
  const after = withMoments(progress, [{ kind: 'wave_settled', atMs: nowMs, wave: current }]);
  return withWave(after, current, { state: 'soaking', settledAtMs: nowMs });
}

/** Agents of the current wave are waited for again: it settles, soaks and is judged anew. */
export function reopened(progress: RolloutProgress): RolloutProgress {
  const change = { state: 'running', settledAtMs: null, endedAtMs: null, isOverridden: false } as const;
  return withWave(progress, progress.current, change);
}

/** Verdicts on a wave are kept with it. */
export function judged(
  progress: RolloutProgress,
  wave: number,
  verdicts: readonly GateVerdict[],
): RolloutProgress {
  const gates = progress.waves[wave]?.gates ?? [];
  const moments = verdicts.map(({ gate, passed, text, atMs, by }): RolloutMoment => {
    const kind = gate === 'approval' ? 'approved' : passed ? 'gate_passed' : 'gate_failed';
    return { kind, atMs, wave, text, ...(by === null ? {} : { by }) };
  });
  return withWave(withMoments(progress, moments), wave, {
    gates: [...gates, ...verdicts].slice(-MAX_VERDICTS),
  });
}

/** A wave is over; `state` says how. */
export function ended(
  progress: RolloutProgress,
  wave: number,
  state: 'passed' | 'overridden' | 'failed',
  nowMs: number,
): RolloutProgress {
  return withWave(progress, wave, { state, endedAtMs: nowMs });
}

/** An operator goes on after a gate of this wave failed. One that was not through yet still has to settle. */
export function overridden(progress: RolloutProgress, wave: number, nowMs: number): RolloutProgress {
  const isThrough = progress.waves[wave]?.settledAtMs !== null;
  const state = isThrough ? 'overridden' : 'running';
  return withWave(progress, wave, { state, isOverridden: true, endedAtMs: isThrough ? nowMs : null });
}

export function isLastWave({ current, waves }: RolloutProgress): boolean {
  return current >= waves.length - 1;
}

/** So long all agents of this wave run the target before it is judged. */
export function soakSecondsOf(strategy: RolloutStrategy, wave: number): number {
  return wavesOf(strategy)[wave]?.soakSeconds ?? strategy.gates?.soakSeconds ?? USUAL_SOAK_SECONDS;
}

export function needsApproval(strategy: RolloutStrategy, wave: number): boolean {
  return wavesOf(strategy)[wave]?.approval === true;
}

/** Whether agents have to be healthy after the soak. */
export function judgesHealth({ kind, gates }: RolloutStrategy): boolean {
  return gates?.healthy ?? (kind === 'waves' || gates !== undefined);
}

/** How many agents of a wave of this size may fail; undefined where any number may. */
export function failuresAllowed(strategy: RolloutStrategy, waveSize: number): number | undefined {
  const limit = strategy.gates?.maxFailed;
  if (limit?.count !== undefined) return limit.count;
  if (limit?.percent !== undefined) return Math.floor((limit.percent / 100) * waveSize);
  return strategy.kind === 'waves' ? 0 : undefined;
}

function withWave(progress: RolloutProgress, wave: number, change: Partial<WaveProgress>): RolloutProgress {
  const waves = progress.waves.map((one, index) => (index === wave ? { ...one, ...change } : one));
  return { ...progress, waves };
}
