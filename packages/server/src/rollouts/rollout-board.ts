import type { Page, RolloutAgent, RolloutAgentState, RolloutEventList, RolloutReasonList } from '@drover/api';
import { type AgentRecord, displayNameOf, type InstanceUid } from '../agents/agent.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import { eventsOfRollout } from './rollout-moment.ts';
import { groupReasons } from './rollout-reason.ts';
import type { RolloutStore } from './rollout-store.ts';

export interface RolloutBoardOptions<T extends PinnedTarget> {
  readonly store: RolloutStore<T>;
  readonly members: RolloutMembers;
  readonly agents: { record(uid: InstanceUid): AgentRecord | undefined };
  /** Throws `rollout_not_found`. */
  readonly require: (id: string) => Rollout<T>;
}

/** Different texts that are looked at to find those that say the same. */
const MAX_TEXTS = 2000;

/** What people look at while a rollout goes on. Everything here throws `rollout_not_found`. */
export class RolloutBoard<T extends PinnedTarget> {
  readonly #options: RolloutBoardOptions<T>;

  constructor(options: RolloutBoardOptions<T>) {
    this.#options = options;
  }

  /** What happened to it, newest first. */
  events(id: string): RolloutEventList {
    return { items: eventsOfRollout(this.#options.require(id)) };
  }

  /** Members by uid. */
  async members(
    id: string,
    {
      limit,
      cursor,
      state,
      wave,
    }: PageRequest & { readonly state?: RolloutAgentState | undefined; readonly wave?: number | undefined },
  ): Promise<Page<RolloutAgent>> {
    const { store, members, require } = this.#options;
    require(id);
    const [afterUid] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    await members.flush();
    const after = afterUid === undefined ? undefined : String(afterUid);
    const found = await store.members(id, { state, wave }, limit + 1, after);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const counts = members.counts(id, wave);
    return {
      items: items.map(({ uid, state: memberState, wave: memberWave, reason, changedAtMs }) => {
        const agent = this.#options.agents.record(uid);
        return {
          instanceUid: uid,
          displayName: this.#nameOf(uid),
          state: memberState,
          wave: memberWave,
          isConnected: agent !== undefined && agent.connection.state !== 'disconnected',
          reason,
          changedAt: timeText(changedAtMs),
        };
      }),
      nextCursor: found.length > limit && last !== undefined ? encodeCursor([last.uid]) : null,
      total: state === undefined ? counts.matched : counts[state],
    };
  }

  /** Members of a state by what they say, those that say the same together. */
  async reasons(
    id: string,
    { state, limit }: { readonly state: 'failed' | 'skipped' | 'superseded'; readonly limit: number },
  ): Promise<RolloutReasonList> {
    const { store, members, require } = this.#options;
    require(id);
    await members.flush();
    const groups = groupReasons(await store.reasons(id, state, MAX_TEXTS));
    const shown = groups.slice(0, limit);
    const told = shown.reduce((sum, { agents }) => sum + agents, 0);
    return {
      items: shown.map(({ reason, agents, variants, uids }) => ({
        reason,
        agents,
        variants,
        sample: uids.map((uid) => ({ instanceUid: uid, displayName: this.#nameOf(uid) })),
      })),
      rest: Math.max(0, members.counts(id)[state] - told),
    };
  }

  #nameOf(uid: InstanceUid): string {
    const agent = this.#options.agents.record(uid);
    return agent === undefined ? uid : displayNameOf(agent);
  }
}
