import type { Rollout } from '@drover/api';
import { countOf } from '../components/format.ts';

export type RolloutAct = 'pause' | 'resume' | 'approve' | 'retry' | 'abort' | 'rollback';

export interface ActWords {
  readonly word: string;
  readonly title: string;
  readonly confirm: string;
  readonly isDangerous: boolean;
  /** What happens, in numbers; the last line says whether it can be taken back. */
  readonly effects: readonly string[];
}

/** What may be done to a rollout as it stands. */
export function actsOf(rollout: Rollout): readonly RolloutAct[] {
  const { state, counts, isStanding } = rollout;
  const isTouched = counts.applied + counts.offered + counts.failed > 0;
  const rollback: readonly RolloutAct[] = isTouched ? ['rollback'] : [];
  const retry: readonly RolloutAct[] = counts.failed > 0 ? ['retry'] : [];
  switch (state) {
    case 'running':
      return ['pause', ...retry, 'abort', ...rollback];
    case 'paused':
      return [
        rollout.pausedBecause?.kind === 'approval' ? 'approve' : 'resume',
        ...retry,
        'abort',
        ...rollback,
      ];
    case 'succeeded':
      return isStanding ? ['abort', ...rollback] : rollback;
    case 'failed':
      return [...retry, ...rollback];
    case 'aborted':
      return rollback;
    case 'rolled_back':
      return [];
    default:
      return state satisfies never;
  }
}

function nextWave({ waves }: Rollout): number {
  return waves.find(({ state }) => state === 'waiting')?.counts.matched ?? 0;
}

export function actWords(act: RolloutAct, rollout: Rollout): ActWords {
  const { counts } = rollout;
  const waiting = counts.pending;
  const has = counts.applied + counts.offered;
  const touched = has + counts.failed;
  switch (act) {
    case 'pause':
      return {
        word: 'Pause',
        title: 'Pause this rollout?',
        confirm: waiting === 0 ? 'Pause rollout' : `Pause for ${countOf(waiting, 'agent')}`,
        isDangerous: false,
        effects: [
          `${countOf(waiting, 'agent')} that wait get nothing until it is resumed.`,
          `${countOf(has, 'agent')} that have it or were offered it keep it.`,
          'Resume goes on where it stopped.',
        ],
      };
    case 'approve':
      return {
        word: 'Approve next wave',
        title: 'Let the next wave go?',
        confirm: `Approve wave of ${countOf(nextWave(rollout), 'agent')}`,
        isDangerous: false,
        effects: [
          `${countOf(nextWave(rollout), 'agent')} of the next wave are offered it now.`,
          'It can be paused, and rolled back.',
        ],
      };
    case 'retry':
      return {
        word: 'Retry failed',
        title: 'Offer it once more to those that failed?',
        confirm: `Retry on ${countOf(counts.failed, 'agent')}`,
        isDangerous: false,
        effects: [
          `${countOf(counts.failed, 'agent')} that failed are offered the same once more.`,
          'The others keep what they have.',
        ],
      };
    case 'resume':
      return {
        word: 'Resume',
        title: 'Resume this rollout?',
        confirm: waiting === 0 ? 'Resume rollout' : `Resume for ${countOf(waiting, 'agent')}`,
        isDangerous: false,
        effects: [
          rollout.pausedBecause?.kind === 'gate'
            ? 'A gate halted it: going on means that its verdict is overruled for this wave.'
            : `${countOf(waiting, 'agent')} that wait are offered it now, wave by wave where it has waves.`,
          'It can be paused again.',
        ],
      };
    case 'abort':
      return {
        word: 'Abort',
        title: rollout.state === 'succeeded' ? 'End this standing rollout?' : 'Abort this rollout?',
        confirm:
          waiting === 0
            ? 'End rollout'
            : `Abort: ${countOf(waiting, 'agent')} never get${waiting === 1 ? 's' : ''} it`,
        isDangerous: true,
        effects: [
          `${countOf(waiting, 'agent')} that wait never get it, and no agent that matches later does.`,
          `${countOf(counts.applied, 'agent')} that run it keep it; to take it back, roll back instead.`,
          'An aborted rollout cannot be resumed; a new one can be started.',
        ],
      };
    case 'rollback':
      return {
        word: 'Roll back',
        title: 'Roll this rollout back?',
        confirm: `Roll back ${countOf(touched, 'agent')}`,
        isDangerous: true,
        effects: [
          `${countOf(touched, 'agent')} that got it go back to what each was to run before.`,
          `${countOf(waiting, 'agent')} that wait never get it.`,
          'Agents that a later rollout has taken over are left alone. To undo this, roll out again.',
        ],
      };
    default:
      return act satisfies never;
  }
}
