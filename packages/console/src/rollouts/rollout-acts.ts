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
          `${countOf(waiting, 'waiting agent')} will not get it until it is resumed.`,
          `${countOf(has, 'agent')} already offered it will keep it.`,
          'Resuming continues where it stopped.',
        ],
      };
    case 'approve':
      return {
        word: 'Approve next wave',
        title: 'Approve the next wave?',
        confirm: `Approve wave of ${countOf(nextWave(rollout), 'agent')}`,
        isDangerous: false,
        effects: [
          `The next wave, ${countOf(nextWave(rollout), 'agent')}, is offered it now.`,
          'The rollout can still be paused or rolled back.',
        ],
      };
    case 'retry':
      return {
        word: 'Retry failed',
        title: 'Retry on failed agents?',
        confirm: `Retry on ${countOf(counts.failed, 'agent')}`,
        isDangerous: false,
        effects: [
          `${countOf(counts.failed, 'failed agent')} will be offered the same configuration again.`,
          'Other agents are not affected.',
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
            ? 'A gate halted it: resuming overrides the gate for this wave.'
            : `${countOf(waiting, 'waiting agent')} will be offered it, wave by wave if it has waves.`,
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
          `${countOf(waiting, 'waiting agent')} will never get it, nor will agents that match later.`,
          `${countOf(counts.applied, 'agent')} that applied it will keep it; to undo that, roll back instead.`,
          'An aborted rollout cannot be resumed, but a new one can be started.',
        ],
      };
    case 'rollback':
      return {
        word: 'Roll back',
        title: 'Roll back this rollout?',
        confirm: `Roll back ${countOf(touched, 'agent')}`,
        isDangerous: true,
        effects: [
          `${countOf(touched, 'agent')} will return to the previous intended configuration.`,
          `${countOf(waiting, 'waiting agent')} will never get it.`,
          'Agents taken over by a later rollout are not affected. To undo this, roll out again.',
        ],
      };
    default:
      return act satisfies never;
  }
}
