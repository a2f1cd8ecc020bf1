import type { RolloutAgentState, RolloutCounts } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { WriteBehind } from '../lib/write-behind.ts';
import { type Member, moved } from './member.ts';
import type { PinnedTarget } from './rollout.ts';
import { RolloutRoll } from './rollout-roll.ts';
import type { RolloutStore, StateCount } from './rollout-store.ts';

export interface RolloutMembersOptions {
  readonly store: RolloutStore<PinnedTarget>;
  readonly clock: Clock;
  readonly log: Log;
  /** The counts of this rollout changed. */
  readonly changed: (rolloutId: string) => void;
}

const BATCH = 1000;
/** A member that is offered its target and has applied it within this is written once. */
const FLUSH_DELAY_MS = 1000;
const FLUSH_DELAY_MAX_MS = 5000;
const WAITING_MAX = 200_000;

/**
 * Who is in which rollout. An agent is an active member of one rollout, the latest that took it; in earlier ones it is
 * superseded. Counts follow each change. Rows are written behind: what a crash takes with it follows again from the
 * rollout, the assignments and what agents report.
 */
export class RolloutMembers {
  readonly #options: RolloutMembersOptions;
  readonly #active = new Map<InstanceUid, Member>();
  readonly #rolls = new Map<string, RolloutRoll>();
  /** To be written, by rollout. */
  readonly #dirty = new Map<string, Map<InstanceUid, Member>>();
  readonly #writeBehind: WriteBehind;

  constructor(options: RolloutMembersOptions) {
    this.#options = options;
    this.#writeBehind = new WriteBehind({
      clock: options.clock,
      delayMs: FLUSH_DELAY_MS,
      maxDelayMs: FLUSH_DELAY_MAX_MS,
      maxWaiting: WAITING_MAX,
      retryMs: 2000,
      write: () => this.#write(),
      failed: (error) =>
        options.log.error(
          { error: errorText(error), rollouts: this.#dirty.size },
          'members could not be written',
        ),
    });
  }

  async load(): Promise<void> {
    const { store } = this.#options;
    for (const { rolloutId, wave, state, count } of await store.counts())
      this.#count(rolloutId, wave, undefined, state, count);
    await store.loadMembers((members) => {
      for (const member of members) this.#loaded(member);
    });
    for (const roll of this.#rolls.values()) roll.sortOffered();
  }

  active(uid: InstanceUid): Member | undefined {
    return this.#active.get(uid);
  }

  actives(): Iterable<Member> {
    return this.#active.values();
  }

  isSkipped(rolloutId: string, uid: InstanceUid): boolean {
    return this.#rolls.get(rolloutId)?.skipped.has(uid) ?? false;
  }

  /** Of the whole rollout, or of one wave of it. */
  counts(rolloutId: string, wave?: number): RolloutCounts {
    return (this.#rolls.get(rolloutId) ?? NO_ROLL).counts(wave);
  }

  /** All active members of the rollout. */
  *of(rolloutId: string): Iterable<Member> {
    for (const uid of this.#rolls.get(rolloutId)?.members ?? []) {
      const member = this.#active.get(uid);
      if (member !== undefined) yield member;
    }
  }

  /** Members whose offer has waited for a verdict since before this time, oldest first. */
  *offeredBefore(rolloutId: string, ms: number): Iterable<Member> {
    for (const [uid, sinceMs] of this.#rolls.get(rolloutId)?.offered ?? []) {
      if (sinceMs >= ms) return;
      const member = this.#active.get(uid);
      if (member !== undefined) yield member;
    }
  }

  /** Members of this wave that wait for their target or its verdict. */
  open(rolloutId: string, wave: number): ReadonlySet<InstanceUid> {
    return (this.#rolls.get(rolloutId) ?? NO_ROLL).open(wave);
  }

  /** The agent belongs to this rollout from now on; the one that it was in counts it as superseded. */
  join(member: Member): void {
    const { rolloutId, uid } = member;
    const before = this.#active.get(uid);
    if (before !== undefined && before.rolloutId > rolloutId) {
      this.#add(superseded(member, before.rolloutId, member.changedAtMs));
      return;
    }
    this.#unskip(rolloutId, uid);
    if (before?.rolloutId === rolloutId) {
      this.update(member);
      return;
    }
    if (before !== undefined) this.#leave(before, superseded(before, rolloutId, member.changedAtMs));
    this.#activate(member);
    this.#add(member);
  }

  /** The agent cannot take the target of this rollout; it stays in the one that it is in. */
  skip(member: Member): void {
    if (this.isSkipped(member.rolloutId, member.uid)) return;
    this.#keepSkipped(member);
    this.#add(member);
  }

  /** The next state of an active member. */
  update(member: Member): void {
    const before = this.#active.get(member.uid);
    if (before === undefined || before.rolloutId !== member.rolloutId || before === member) return;
    this.#activate(member);
    if (before.state !== member.state) this.#count(member.rolloutId, member.wave, before.state, member.state);
    this.#mark(member);
  }

  /** What the database removed of forgotten agents. Call `flush` before. */
  forgotten(uids: readonly InstanceUid[], removed: readonly StateCount[]): void {
    for (const uid of uids) {
      const member = this.#active.get(uid);
      if (member !== undefined) this.#deactivate(member);
      for (const { skipped } of this.#rolls.values()) skipped.delete(uid);
    }
    for (const { rolloutId, wave, state, count } of removed)
      this.#count(rolloutId, wave, state, undefined, count);
  }

  rename(oldUid: InstanceUid, newUid: InstanceUid): void {
    const member = this.#active.get(oldUid);
    if (member !== undefined) {
      this.#deactivate(member);
      this.#activate({ ...member, uid: newUid });
    }
    for (const { skipped } of this.#rolls.values()) {
      const member = skipped.get(oldUid);
      if (member === undefined) continue;
      skipped.delete(oldUid);
      skipped.set(newUid, { ...member, uid: newUid });
    }
  }

  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  #loaded(member: Member): void {
    if (member.state === 'skipped') {
      this.#keepSkipped(member);
      return;
    }
    // Rollouts come in their order: two active memberships of one agent are left by a crash between their writes.
    const before = this.#active.get(member.uid);
    if (before !== undefined) {
      this.#leave(before, superseded(before, member.rolloutId, this.#options.clock.now()));
    }
    this.#activate(member);
  }

  #activate(member: Member): void {
    this.#active.set(member.uid, member);
    this.#roll(member.rolloutId).put(member);
  }

  #deactivate(member: Member): void {
    this.#active.delete(member.uid);
    this.#roll(member.rolloutId).remove(member);
  }

  #leave(before: Member, after: Member): void {
    this.#deactivate(before);
    this.#count(before.rolloutId, before.wave, before.state, after.state);
    this.#mark(after);
  }

  #add(member: Member): void {
    this.#count(member.rolloutId, member.wave, undefined, member.state);
    this.#mark(member);
  }

  #keepSkipped(member: Member): void {
    this.#roll(member.rolloutId).skipped.set(member.uid, member);
  }

  #unskip(rolloutId: string, uid: InstanceUid): void {
    const { skipped } = this.#roll(rolloutId);
    const member = skipped.get(uid);
    if (member === undefined) return;
    skipped.delete(uid);
    this.#count(rolloutId, member.wave, 'skipped', undefined);
  }

  #count(
    rolloutId: string,
    wave: number,
    from: RolloutAgentState | undefined,
    to: RolloutAgentState | undefined,
    count = 1,
  ): void {
    this.#roll(rolloutId).count(wave, from, to, count);
    this.#options.changed(rolloutId);
  }

  #roll(rolloutId: string): RolloutRoll {
    let roll = this.#rolls.get(rolloutId);
    if (roll === undefined) {
      roll = new RolloutRoll();
      this.#rolls.set(rolloutId, roll);
    }
    return roll;
  }

  #mark(member: Member): void {
    const { rolloutId, uid } = member;
    let dirty = this.#dirty.get(rolloutId);
    if (dirty === undefined) {
      dirty = new Map();
      this.#dirty.set(rolloutId, dirty);
    }
    if (!dirty.has(uid)) this.#writeBehind.mark();
    dirty.set(uid, member);
  }

  async #write(): Promise<void> {
    for (let taken = this.#take(); taken.length > 0; taken = this.#take()) {
      try {
        await this.#options.store.saveMembers(taken);
      } catch (error) {
        for (const member of taken)
          if (this.#dirty.get(member.rolloutId)?.has(member.uid) !== true) this.#mark(member);
        throw error;
      }
    }
  }

  /** The next batch of those that are to be written. */
  #take(): Member[] {
    const taken: Member[] = [];
    for (const [rolloutId, dirty] of this.#dirty) {
      for (const [uid, member] of dirty) {
        if (taken.length >= BATCH) return taken;
        taken.push(member);
        dirty.delete(uid);
      }
      this.#dirty.delete(rolloutId);
    }
    return taken;
  }
}

/** Of a rollout that nobody is in. */
const NO_ROLL = new RolloutRoll();

function superseded(member: Member, by: string, nowMs: number): Member {
  return moved(member, 'superseded', `rollout ${by} took over`, nowMs);
}
