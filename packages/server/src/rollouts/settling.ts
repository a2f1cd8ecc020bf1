import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Fleet } from './fleet.ts';
import { isOpen, moved } from './member.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';

export interface SettlingOptions<T extends PinnedTarget> {
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly members: RolloutMembers;
  readonly rollout: (id: string) => Rollout<T> | undefined;
  /** False where the agent will never say what became of the target. */
  readonly reportsBack: (agent: AgentRecord) => boolean;
  /** Why the agent failed on what its rollout gives it, as it last said; undefined where it did not. */
  readonly failure: (agent: AgentRecord) => string | undefined;
  /** Something happened to this running rollout that may bring it further. */
  readonly look: (id: string) => void;
}

/** Verdicts that come together are looked at together. */
const DELAY_MS = 50;
/** An agent that went away with an offer may be restarting: so long it counts as reachable. */
const RETURN_GRACE_MS = 90_000;
/** An agent that failed on a target and is offered it once more may find that nothing is new to say: then its old word holds. */
const RETRY_ANSWER_MS = 90_000;

/** Says when nobody that a rollout could reach is without a verdict. */
export class Settling<T extends PinnedTarget> {
  readonly #options: SettlingOptions<T>;
  readonly #startedAtMs: number;
  readonly #due = new Set<string>();
  /** For each rollout one agent that it waits for, so that not all are looked at each time. */
  readonly #waitsFor = new Map<string, InstanceUid>();
  #timer: Timer | undefined;

  constructor(options: SettlingOptions<T>) {
    this.#options = options;
    this.#startedAtMs = options.clock.now();
  }

  /** Something happened to these agents that may end their rollouts. */
  soon(uids: Iterable<InstanceUid>): void {
    for (const uid of uids) {
      const member = this.#options.members.active(uid);
      if (member !== undefined) this.#due.add(member.rolloutId);
    }
    this.#timer ??= this.#options.clock.after(DELAY_MS, () => this.now([]));
  }

  /** Looks at these rollouts and at those that are due. */
  now(ids: Iterable<string>): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const due = new Set([...this.#due, ...ids]);
    this.#due.clear();
    for (const id of due) if (this.#options.rollout(id)?.state === 'running') this.#options.look(id);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** True where each agent that may have the target by now, and that can be reached, has a verdict. */
  isSettled({ id, progress }: Rollout<T>): boolean {
    const { members } = this.#options;
    const hint = this.#waitsFor.get(id);
    const hinted = hint && members.active(hint);
    if (
      hint !== undefined &&
      hinted?.rolloutId === id &&
      hinted.wave <= progress.current &&
      isOpen(hinted) &&
      this.#isWaitedFor(hint)
    )
      return false;
    for (let wave = 0; wave <= progress.current; wave += 1) {
      for (const uid of members.open(id, wave)) {
        if (!this.#isWaitedFor(uid)) continue;
        this.#waitsFor.set(id, uid);
        return false;
      }
    }
    this.#waitsFor.delete(id);
    return true;
  }

  #isWaitedFor(uid: InstanceUid): boolean {
    return !this.#takesOldWord(uid) && this.#isAwaited(uid);
  }

  /** True where the agent said nothing for long to being offered again what it had failed on; the member is failed then. */
  #takesOldWord(uid: InstanceUid): boolean {
    const { agents, members, clock, failure } = this.#options;
    const member = members.active(uid);
    const agent = agents.record(uid);
    const nowMs = clock.now();
    if (member?.state !== 'offered' || agent === undefined || nowMs - member.changedAtMs < RETRY_ANSWER_MS) {
      return false;
    }
    const reason = failure(agent);
    if (reason === undefined) return false;
    members.update(moved(member, 'failed', reason, nowMs));
    return true;
  }

  #isAwaited(uid: InstanceUid): boolean {
    const { agents, members, clock, reportsBack } = this.#options;
    const agent = agents.record(uid);
    const member = members.active(uid);
    if (agent === undefined || member === undefined) return false;
    const isOffered = member.state === 'offered';
    if (isOffered && !reportsBack(agent)) return false;
    const { state, sinceMs } = agent.connection;
    if (state !== 'disconnected') return true;
    const nowMs = clock.now();
    if (sinceMs < this.#startedAtMs && nowMs - this.#startedAtMs < RETURN_GRACE_MS)
      return this.#mayReturn(member.rolloutId, sinceMs);
    return isOffered && nowMs - sinceMs < RETURN_GRACE_MS;
  }

  /**
   * Of an agent that has not been seen since the start of the server. What was under way then waits for all of them:
   * who only sent heartbeats was last heard of long ago as far as the database knows.
   */
  #mayReturn(rolloutId: string, lastKnownMs: number): boolean {
    const rollout = this.#options.rollout(rolloutId);
    const wasUnderWay = rollout !== undefined && rollout.createdAtMs < this.#startedAtMs;
    return wasUnderWay || lastKnownMs > this.#startedAtMs - RETURN_GRACE_MS;
  }
}
