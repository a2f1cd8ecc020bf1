import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';
import { FixedWindowRate } from '../lib/rate.ts';
import type { Assignments } from './assignment.ts';
import type { Fleet } from './fleet.ts';
import { isHandingOut, type PinnedTarget, type Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import { isWindowOpen } from './rollout-window.ts';

export interface HandOutQueueOptions<T extends PinnedTarget> {
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly assignments: Assignments<T>;
  readonly members: RolloutMembers;
  readonly rollout: (id: string) => Rollout<T> | undefined;
}

/** An agent whose turn it is, and the rollout that gives it something. */
export interface Turn<T extends PinnedTarget> {
  readonly rollout: Rollout<T>;
  readonly agent: AgentRecord;
}

/** A window that is closed is looked at again this often. */
const WINDOW_LOOK_MS = 5000;

/** The agents that wait to be given something, by rollout, and whose turn it is: by wave, window and rate. */
export class HandOutQueue<T extends PinnedTarget> {
  readonly #options: HandOutQueueOptions<T>;
  readonly #waiting = new Map<string, Set<InstanceUid>>();
  /** Agents that are to have another stack under the layers that later rollouts exchanged, and the rollout that gives it. */
  readonly #stacks = new Map<InstanceUid, Rollout<T>>();
  readonly #rates = new Map<string, FixedWindowRate>();

  constructor(options: HandOutQueueOptions<T>) {
    this.#options = options;
  }

  /** The agent waits, if it is a member that is to be given the target of this rollout and connected. */
  want(rolloutId: string, agent: AgentRecord): void {
    if (!this.#isDue(rolloutId, agent)) return;
    const waiting = this.#waiting.get(rolloutId) ?? new Set();
    this.#waiting.set(rolloutId, waiting.add(agent.uid));
  }

  /** The agent is to have the stack of this rollout, under the layers that the one that it is in and others exchange. */
  wantStack(rolloutId: string, stack: Rollout<T>, agent: AgentRecord): void {
    this.#stacks.set(agent.uid, stack);
    this.want(rolloutId, agent);
  }

  /** The rollout that is to give the agent another stack; undefined where it keeps its own. */
  stackFor(uid: InstanceUid): Rollout<T> | undefined {
    return this.#stacks.get(uid);
  }

  /** The agent has that stack. */
  stackGiven(uid: InstanceUid): void {
    this.#stacks.delete(uid);
  }

  drop(uid: InstanceUid): void {
    this.#stacks.delete(uid);
    for (const waiting of this.#waiting.values()) waiting.delete(uid);
  }

  dropAll(rolloutId: string): void {
    this.#waiting.delete(rolloutId);
  }

  /** So many at most of those whose turn it is, who wait no more; and the milliseconds until others may have theirs, undefined when nobody waits for that. */
  take(max: number): { readonly turns: Turn<T>[]; readonly waitMs: number | undefined } {
    const { agents, clock, rollout: find } = this.#options;
    const turns: Turn<T>[] = [];
    let waitMs: number | undefined;
    for (const [id, waiting] of this.#waiting) {
      const rollout = find(id);
      if (rollout === undefined || waiting.size === 0) {
        this.#waiting.delete(id);
        continue;
      }
      if (!isHandingOut(rollout)) continue;
      const { window } = rollout.strategy;
      if (window !== undefined && !isWindowOpen(window, clock.now())) {
        waitMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, WINDOW_LOOK_MS);
        continue;
      }
      const rate = this.#rateOf(rollout);
      for (const uid of waiting) {
        if (turns.length >= max) break;
        const agent = agents.record(uid);
        if (agent !== undefined && this.#isDue(id, agent)) {
          if (rate !== undefined && rate.take(1, clock.now()) === 0) {
            waitMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, rate.waitMs(clock.now()));
            break;
          }
          turns.push({ rollout, agent });
        }
        waiting.delete(uid);
      }
    }
    return { turns, waitMs };
  }

  #isDue(rolloutId: string, { uid, connection }: AgentRecord): boolean {
    const { members, assignments, rollout: find } = this.#options;
    const member = members.active(uid);
    if (member?.rolloutId !== rolloutId) return false;
    if (this.#stacks.has(uid)) return connection.state !== 'disconnected';
    if (member.state !== 'pending') return false;
    const rollout = find(rolloutId);
    if (rollout === undefined || member.wave > rollout.progress.current) return false;
    const assignment = assignments.get(uid);
    const isGiven = assignment?.rolloutId === rolloutId;
    return connection.state !== 'disconnected' && !isGiven;
  }

  #rateOf({ id, strategy }: Rollout<T>): FixedWindowRate | undefined {
    if (strategy.maxAgentsPerSecond === undefined) return undefined;
    const rate = this.#rates.get(id) ?? new FixedWindowRate(strategy.maxAgentsPerSecond);
    this.#rates.set(id, rate);
    return rate;
  }
}
