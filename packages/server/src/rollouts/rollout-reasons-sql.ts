import type { RolloutAgentState } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { Db } from '../storage/open-database.ts';
import type { ReasonCount } from './rollout-reason.ts';

/** How often each reason stands with the members of a state, at most so many reasons, that of most members first. */
export async function countReasons(
  { db }: Db,
  rolloutId: string,
  state: RolloutAgentState,
  limit: number,
): Promise<ReasonCount[]> {
  const rows = await db
    .selectFrom('rollout_members')
    .select([
      'reason',
      ({ fn }) => fn.countAll<number>().as('count'),
      ({ fn }) => fn.min('uid').as('first'),
      ({ fn }) => fn.max('uid').as('last'),
    ])
    .where('rollout_id', '=', rolloutId)
    .where('state', '=', state)
    .groupBy('reason')
    .orderBy('count', 'desc')
    .orderBy('reason')
    .limit(limit)
    .execute();
  return rows.map(({ reason, count, first, last }) => ({
    reason,
    count: Number(count),
    uids: [...new Set([first, last])] as InstanceUid[],
  }));
}
