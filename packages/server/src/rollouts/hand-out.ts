import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { AgentHistory } from './agent-history.ts';
import type { Assignment, Assignments } from './assignment.ts';
import type { Fleet } from './fleet.ts';
import { HandOutQueue, type Turn } from './hand-out-queue.ts';
import type { Gift, LayerChain } from './layer-chain.ts';
import { afterVerdict, isOpen, moved } from './member.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import type { RolloutStore } from './rollout-store.ts';
import type { TargetKind } from './target-kind.ts';

export interface HandOutOptions<T extends PinnedTarget> {
  readonly kind: TargetKind<unknown, T>;
  readonly store: RolloutStore<T>;
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly log: Log;
  readonly assignments: Assignments<T>;
  readonly members: RolloutMembers;
  readonly history: AgentHistory<T>;
  readonly chain: LayerChain<T>;
  readonly waveOf: (rollout: Rollout<T>, agent: AgentRecord) => number;
  readonly rollout: (id: string) => Rollout<T> | undefined;
  /** These agents have another desired state now. */
  readonly given: (uids: readonly InstanceUid[]) => void;
}

const BATCH = 1000;
const RETRY_MS = 1000;

/**
 * Gives members their target: writes the assignment, and only when it is on disk makes it the agent's desired state, so
 * that nothing is offered that a crash would forget. Only connected agents are given anything: a pause, an abort or a
 * later rollout then reaches those that come back.
 */
export class HandOut<T extends PinnedTarget> {
  readonly #options: HandOutOptions<T>;
  /** Who waits to be given something; `pump` after that. */
  readonly queue: HandOutQueue<T>;
  /** Writes of assignments go one after the other: of two for one agent the last one counts. */
  #writes: Promise<void> = Promise.resolve();
  #isPumping = false;
  /** Somebody began to wait while a pump came to its end. */
  #isAskedAgain = false;
  #isStopped = false;
  #timer: Timer | undefined;

  constructor(options: HandOutOptions<T>) {
    this.#options = options;
    this.queue = new HandOutQueue(options);
  }

  /** Shows what is assigned, with its content, after a start. */
  async restore(): Promise<void> {
    const { assignments, kind } = this.#options;
    const loaded = new Set<string>();
    for (const { uid, target, rolloutId, assignedAtMs } of assignments.values()) {
      if (!loaded.has(target.hash)) {
        loaded.add(target.hash);
        await this.#load(target);
      }
      kind.show(uid, { target, rolloutId, assignedAtMs });
    }
  }

  drop(uid: InstanceUid): void {
    this.queue.drop(uid);
    this.#release(uid);
  }

  /** Gives as much as may be given now; goes on by itself while something waits. */
  pump(): void {
    if (this.#isPumping) this.#isAskedAgain = true;
    if (this.#isPumping || this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isPumping = true;
    this.#giveAll()
      .catch((error: unknown) => {
        this.#options.log.error({ error: errorText(error) }, 'assignments could not be written');
        return RETRY_MS;
      })
      .then((waitMs) => {
        this.#isPumping = false;
        const isAskedAgain = this.#isAskedAgain;
        this.#isAskedAgain = false;
        if (waitMs !== undefined && !this.#isStopped) {
          this.#timer ??= this.#options.clock.after(waitMs, () => {
            this.#timer = undefined;
            this.pump();
          });
        }
        if (isAskedAgain) this.pump();
      });
  }

  /** Gives each agent back what it had before this rollout, and leaves those alone that had nothing. Goes on after a restart. */
  takeBack(rollout: Rollout<T>): Promise<void> {
    this.queue.dropAll(rollout.id);
    return this.#serially(async () => {
      const { assignments, members, clock } = this.#options;
      const given: Assignment<T>[] = [];
      for (const assignment of assignments.values())
        if (assignment.rolloutId === rollout.id) given.push(assignment);
      for (let at = 0; at < given.length; at += BATCH)
        await this.#takeBackSome(rollout, given.slice(at, at + BATCH));
      for (const member of [...members.of(rollout.id)]) {
        const isGiven = assignments.get(member.uid)?.rolloutId === null;
        if (isOpen(member) && !isGiven) {
          members.update(moved(member, 'skipped', 'rolled back before it was given anything', clock.now()));
        }
      }
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#writes;
  }

  /** Milliseconds until more may be given; undefined when nothing waits. */
  async #giveAll(): Promise<number | undefined> {
    for (;;) {
      const { turns, waitMs } = this.queue.take(BATCH);
      if (turns.length === 0) return waitMs;
      await this.#serially(() => this.#give(turns));
    }
  }

  async #give(turns: readonly Turn<T>[]): Promise<void> {
    const { store, clock, chain, kind } = this.#options;
    const assignedAtMs = clock.now();
    const next: { assignment: Assignment<T>; gift: Gift<T>; agent: AgentRecord }[] = [];
    try {
      for (const rollout of new Set(turns.map((turn) => turn.rollout))) await kind.load(rollout.target);
      for (const { rollout, agent } of turns) {
        const gift = await chain.giftFor(rollout, agent, this.queue.stackFor(agent.uid));
        if (gift === undefined) {
          this.#hasNoPlace(rollout, agent);
          continue;
        }
        const { target, previous, stackRolloutId } = gift;
        const rolloutId = gift.rollout.id;
        const assignment = { uid: agent.uid, target, previous, rolloutId, stackRolloutId, assignedAtMs };
        next.push({ assignment, gift, agent });
      }
      await store.saveAssignments(next.map(({ assignment }) => assignment));
    } catch (error) {
      for (const { rollout, agent } of turns) this.queue.want(rollout.id, agent);
      throw error;
    }
    for (const { assignment, gift, agent } of next) {
      this.#joinAll(gift, agent);
      this.#assign(assignment);
    }
    this.#options.given(next.map(({ assignment }) => assignment.uid));
  }

  /** The agent is in the last of the rollouts that had a part in what it is given. */
  #joinAll({ rollout, joined }: Gift<T>, agent: AgentRecord): void {
    const { members, clock, waveOf } = this.#options;
    const { uid } = agent;
    const stack = this.queue.stackFor(uid);
    const changedAtMs = clock.now();
    const pending = { uid, state: 'pending', reason: '', changedAtMs } as const;
    if (stack !== undefined) {
      this.queue.stackGiven(uid);
      members.join({ ...pending, rolloutId: stack.id, wave: waveOf(stack, agent) });
      const member = members.active(uid);
      if (member?.rolloutId === rollout.id)
        members.update(moved(member, 'pending', 'its stack has changed', changedAtMs));
    }
    for (const layer of joined) members.join({ ...pending, rolloutId: layer.id, wave: waveOf(layer, agent) });
  }

  /** Its stack was another when it joined. */
  #hasNoPlace(rollout: Rollout<T>, { uid }: AgentRecord): void {
    const { members, kind, clock } = this.#options;
    const member = members.active(uid);
    if (member?.rolloutId !== rollout.id) return;
    const reason = `its stack no longer contains ${kind.partOf(rollout.target)}`;
    members.update(moved(member, 'skipped', reason, clock.now()));
  }

  #assign(assignment: Assignment<T>, takenBack?: string): void {
    const { assignments, kind, agents, members, clock, history } = this.#options;
    const { uid, target, rolloutId, assignedAtMs } = assignment;
    this.#release(uid, target.hash);
    const agent = agents.record(uid);
    if (agent === undefined) return;
    assignments.set(assignment);
    kind.show(uid, { target, rolloutId, assignedAtMs });
    const hash = kind.hashFor(agent, target);
    agents.recordEvent(uid, 'config_assigned', `intended: ${kind.describe(target)}`, { rolloutId, hash });
    history.given(assignment, hash, takenBack);
    const member = members.active(uid);
    if (member === undefined || (rolloutId !== null && member.rolloutId !== rolloutId)) return;
    const verdict = kind.verdict(agent, target);
    if (verdict.kind === 'applied') history.answered(assignment, verdict);
    // An agent that failed on this hash before is to try again.
    if (verdict.kind !== 'failed') members.update(afterVerdict(member, verdict, clock.now()));
  }

  async #takeBackSome(rollout: Rollout<T>, given: readonly Assignment<T>[]): Promise<void> {
    const { store, members, clock, kind } = this.#options;
    const nowMs = clock.now();
    const back: Assignment<T>[] = [];
    const leftAlone: { uid: InstanceUid; reason: string; isKept: boolean }[] = [];
    for (const { uid, previous } of given) {
      if (previous === null) {
        leftAlone.push({ uid, reason: 'had no configuration before; left as it is', isKept: false });
      } else if (await this.#load(previous)) {
        const bare = { previous: null, rolloutId: null, stackRolloutId: null, assignedAtMs: nowMs };
        back.push({ uid, target: previous, ...bare });
      } else {
        const reason = `${kind.describe(previous)} was removed; left as it is`;
        leftAlone.push({ uid, reason, isKept: true });
      }
    }
    await store.saveAssignments(back);
    await store.removeAssignments(leftAlone.filter(({ isKept }) => !isKept).map(({ uid }) => uid));
    for (const assignment of back) {
      const member = members.active(assignment.uid);
      if (member?.rolloutId === rollout.id) {
        members.update(moved(member, 'pending', `rolled back to ${kind.describe(assignment.target)}`, nowMs));
      }
      this.#assign(assignment, rollout.id);
    }
    for (const { uid, reason, isKept } of leftAlone) {
      const member = members.active(uid);
      if (member?.rolloutId === rollout.id) members.update(moved(member, 'skipped', reason, nowMs));
      if (!isKept) this.#release(uid);
    }
    this.#options.given(given.map(({ uid }) => uid));
  }

  /** The agent has no assignment any more; its content is let go when nobody else has it. */
  #release(uid: InstanceUid, nextHash?: string): void {
    const { assignments, kind } = this.#options;
    const hash = assignments.get(uid)?.target.hash;
    if (hash === undefined) return;
    assignments.delete(uid);
    if (nextHash === undefined) kind.show(uid, null);
    if (hash !== nextHash && !assignments.isDesired(hash)) kind.unload(hash);
  }

  async #load(target: T): Promise<boolean> {
    try {
      await this.#options.kind.load(target);
      return true;
    } catch (error) {
      const content = this.#options.kind.describe(target);
      this.#options.log.error({ error: errorText(error), content }, 'content of a target is gone');
      return false;
    }
  }

  #serially(run: () => Promise<void>): Promise<void> {
    const result = this.#writes.then(run);
    this.#writes = result.catch(() => {});
    return result;
  }
}
