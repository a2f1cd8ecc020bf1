import type { RolloutEventKind, RolloutState, RolloutStrategy } from '@drover/api';
import { withMoments } from './rollout-moment.ts';
import {
  isLastWave,
  judged,
  overridden,
  type Pause,
  type RolloutProgress,
  released,
  reopened,
} from './rollout-progress.ts';

/** What all kinds of target have: a hash that names the content, the same for the same content on every node and after every restart. */
export interface PinnedTarget {
  readonly hash: string;
}

/** One decision of an operator: which agents get which target, and how. */
export interface Rollout<T extends PinnedTarget = PinnedTarget> {
  /** Sorts by the time of creation: of two rollouts the one with the greater id is later and wins. */
  readonly id: string;
  readonly kind: string;
  readonly target: T;
  readonly selector: string;
  readonly strategy: RolloutStrategy;
  readonly state: RolloutState;
  /** Agents that match later get the target too. */
  readonly isStanding: boolean;
  readonly createdAtMs: number;
  readonly createdBy: string;
  /** Why, in the words of who started it; may be empty. */
  readonly message: string;
  readonly updatedAtMs: number;
  readonly endedAtMs: number | null;
  readonly progress: RolloutProgress;
}

export const ROLLOUT_ACTIONS = ['pause', 'resume', 'approve', 'retry', 'abort', 'rollback'] as const;
export type RolloutAction = (typeof ROLLOUT_ACTIONS)[number];

/** From which states an action leads where. What is not here is refused. */
const TRANSITIONS: Readonly<Record<RolloutAction, Readonly<Partial<Record<RolloutState, RolloutState>>>>> = {
  pause: { running: 'paused' },
  resume: { paused: 'running' },
  approve: { paused: 'running' },
  retry: { running: 'running', paused: 'paused', failed: 'running' },
  // A succeeded rollout is aborted to end its standing rule, a failed one so that those offline do not get it.
  abort: { running: 'aborted', paused: 'aborted', succeeded: 'aborted', failed: 'aborted' },
  rollback: {
    running: 'rolled_back',
    paused: 'rolled_back',
    succeeded: 'rolled_back',
    failed: 'rolled_back',
    aborted: 'rolled_back',
  },
};

export type TransitionOutcome<T extends PinnedTarget> =
  | { readonly kind: 'ok'; readonly rollout: Rollout<T> }
  | { readonly kind: 'refused'; readonly allowedIn: readonly RolloutState[]; readonly reason?: string };

export function afterAction<T extends PinnedTarget>(
  rollout: Rollout<T>,
  action: RolloutAction,
  by: string,
  nowMs: number,
): TransitionOutcome<T> {
  const state = TRANSITIONS[action][rollout.state];
  if (state === undefined) {
    return { kind: 'refused', allowedIn: Object.keys(TRANSITIONS[action]) as RolloutState[] };
  }
  const { pause } = rollout.progress;
  if (action === 'approve' && pause?.kind !== 'approval')
    return { kind: 'refused', allowedIn: ['paused'], reason: 'it does not wait for approval' };
  if (action === 'resume' && pause?.kind === 'approval')
    return { kind: 'refused', allowedIn: ['paused'], reason: 'it waits for approval: approve it' };
  const progress = progressAfter(rollout.progress, action, by, nowMs);
  return { kind: 'ok', rollout: inState({ ...rollout, progress }, state, nowMs) };
}

function progressAfter(
  progress: RolloutProgress,
  action: RolloutAction,
  by: string,
  nowMs: number,
): RolloutProgress {
  const { current, pause } = progress;
  const marked = (what: keyof typeof MOMENT_KINDS) =>
    withMoments(progress, [{ kind: MOMENT_KINDS[what], atMs: nowMs, by }]);
  switch (action) {
    case 'pause':
      return {
        ...marked('pause'),
        pause: { kind: 'operator', wave: current, text: `paused by ${by}` },
      };
    case 'approve': {
      const text = `approved by ${by}`;
      const verdict = { gate: 'approval', passed: true, text, figures: {}, atMs: nowMs, by } as const;
      return { ...judged(progress, current, [verdict]), pause: null };
    }
    case 'resume':
      return {
        ...(pause?.kind === 'gate' ? overridden(marked('resume'), pause.wave, nowMs) : marked('resume')),
        pause: null,
      };
    case 'retry':
      return reopened(marked('retry'));
    case 'abort':
    case 'rollback':
      return { ...marked(action), pause: null, endedBy: by };
  }
}

/** An approval is told as the verdict that it is. */
const MOMENT_KINDS = {
  pause: 'paused',
  resume: 'resumed',
  retry: 'retried',
  abort: 'aborted',
  rollback: 'rolled_back',
} as const satisfies Readonly<Record<Exclude<RolloutAction, 'approve'>, RolloutEventKind>>;

/** A running rollout whose last wave is through has ended; a standing rule remains of a success. */
export function afterVerdicts<T extends PinnedTarget>(
  rollout: Rollout<T>,
  failed: number,
  nowMs: number,
): Rollout<T> {
  if (rollout.state !== 'running') return rollout;
  const state = failed > 0 ? 'failed' : 'succeeded';
  const progress = withMoments(rollout.progress, [{ kind: state, atMs: nowMs }]);
  return inState({ ...rollout, progress }, state, nowMs);
}

/** A gate failed, or somebody has to approve: nobody else is given the target until an operator acts. */
export function halted<T extends PinnedTarget>(rollout: Rollout<T>, pause: Pause, nowMs: number): Rollout<T> {
  const { kind, wave, text } = pause;
  const marked = withMoments(rollout.progress, [
    { kind: kind === 'approval' ? 'waits_for_approval' : 'halted', atMs: nowMs, wave, text },
  ]);
  return inState({ ...rollout, progress: { ...marked, pause } }, 'paused', nowMs);
}

/** True where the current wave is over and the next may be released. */
export function mayGoOn({ state, progress }: Rollout): boolean {
  const wave = progress.waves[progress.current];
  const isOver = progress.current < 0 || wave?.state === 'passed' || wave?.state === 'overridden';
  return state === 'running' && isOver && !isLastWave(progress);
}

/** The agents of the next wave may be given the target. */
export function afterRelease<T extends PinnedTarget>(
  rollout: Rollout<T>,
  flowBefore: RolloutProgress['waves'][number]['flowBefore'],
  nowMs: number,
): Rollout<T> {
  const progress = released(rollout.progress, rollout.progress.current + 1, nowMs, flowBefore);
  return { ...rollout, progress, updatedAtMs: nowMs };
}

function inState<T extends PinnedTarget>(
  rollout: Rollout<T>,
  state: RolloutState,
  nowMs: number,
): Rollout<T> {
  const isOpen = state === 'running' || state === 'paused';
  return {
    ...rollout,
    state,
    isStanding: isOpen || state === 'succeeded',
    updatedAtMs: nowMs,
    endedAtMs: isOpen ? null : (rollout.endedAtMs ?? nowMs),
  };
}

/** Whether agents may be given the target now: also after the end, for those that were offline or joined. */
export function isHandingOut({ state }: Pick<Rollout, 'state'>): boolean {
  return state === 'running' || state === 'succeeded' || state === 'failed';
}
