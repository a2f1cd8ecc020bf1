import { breathe } from '../lib/breathe.ts';
import type { Fleet } from './fleet.ts';
import type { PinnedTarget } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import type { RolloutStore } from './rollout-store.ts';

export interface SkippedMembersOptions {
  readonly store: Pick<RolloutStore<PinnedTarget>, 'members'>;
  readonly agents: Pick<Fleet, 'record' | 'facts'>;
  readonly members: Pick<RolloutMembers, 'counts' | 'flush'>;
}

const AT_ONCE = 1000;

/** Those that could not take the rollout's target are looked at again: what they lacked may be there now. */
export async function considerSkipped(
  rolloutId: string,
  { store, agents, members }: SkippedMembersOptions,
): Promise<void> {
  if (members.counts(rolloutId).skipped === 0) return;
  await members.flush();
  for (let after: string | undefined; ; ) {
    const found = await store.members(rolloutId, { state: 'skipped' }, AT_ONCE, after);
    for (const { uid } of found) {
      const record = agents.record(uid);
      if (record !== undefined) agents.facts.emit({ kind: 'matchable', record });
    }
    after = found.at(-1)?.uid;
    if (found.length < AT_ONCE) return;
    await breathe();
  }
}
