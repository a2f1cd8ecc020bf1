import type { ActivityKind } from '@drover/api';
import { type Act, ownAct } from '../audit/audit.ts';
import type { Rollout, RolloutAction } from './rollout.ts';

const KINDS: Readonly<Record<RolloutAction, ActivityKind>> = {
  pause: 'rollout.paused',
  resume: 'rollout.resumed',
  approve: 'rollout.approved',
  retry: 'rollout.retried',
  abort: 'rollout.aborted',
  rollback: 'rollout.rolled_back',
};

/** What is rolled out is what a rollout is known by. */
function subjectOf({ id }: Rollout, what: string): Act['subject'] {
  return { kind: 'rollout', id, name: what };
}

/** An operator starts it. `what`: its target, for people. */
export function startedAct(rollout: Rollout, what: string): Act {
  const { createdBy: author, selector, message } = rollout;
  const whom = selector === '' ? 'to all agents' : `to ${selector}`;
  const detail = message === '' ? whom : `${whom}: ${message}`;
  return { author, kind: 'rollout.started', subject: subjectOf(rollout, what), detail, data: { selector } };
}

/** An operator acts on it as it is. */
export function actedAct(rollout: Rollout, action: RolloutAction, author: string, what: string): Act {
  const { pause } = rollout.progress;
  const isOverGate = action === 'resume' && pause?.kind === 'gate';
  const detail = isOverGate ? `overriding a failed gate: ${pause.text}` : '';
  return { author, kind: KINDS[action], subject: subjectOf(rollout, what), detail };
}

/** What the server did of its own accord between the two; undefined where it is nothing that an operator would look for. */
export function stepAct(before: Rollout, after: Rollout, what: string): Act | undefined {
  const { state, progress } = after;
  const { current, waves, pause } = progress;
  const of = waves.length === 1 ? '' : ` of ${waves.length}`;
  const by = (kind: ActivityKind, detail: string): Act =>
    ownAct({ kind, subject: subjectOf(after, what), detail });
  if (state !== before.state) {
    if (state === 'succeeded') return by('rollout.succeeded', '');
    if (state === 'failed') return by('rollout.failed', '');
    if (state === 'rolled_back') return by('rollout.rolled_back', failedGates(after));
    if (state === 'paused' && pause?.kind === 'gate') return by('rollout.halted', pause.text);
    if (state === 'paused' && pause?.kind === 'approval') return by('rollout.waits', pause.text);
    return undefined;
  }
  const isPassed = waves[current]?.state === 'passed' && before.progress.waves[current]?.state !== 'passed';
  return isPassed ? by('rollout.wave_passed', `wave ${current + 1}${of} passed`) : undefined;
}

function failedGates({ progress }: Rollout): string {
  const wave = progress.waves.findLast(({ state }) => state === 'failed');
  const failed = wave?.gates.filter(({ passed }) => !passed).map(({ text }) => text) ?? [];
  return failed.length === 0 ? 'a gate failed' : `a gate failed: ${failed.join('; ')}`;
}
