import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { Clock } from '../lib/clock.ts';
import type { AgentHistory } from './agent-history.ts';
import type { Assignments } from './assignment.ts';
import type { Fleet } from './fleet.ts';
import { afterVerdict, isToTryAgain, type Member, moved, toTryAgain } from './member.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import type { TargetKind } from './target-kind.ts';

export interface GivenMembersOptions<T extends PinnedTarget> {
  readonly kind: TargetKind<unknown, T>;
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly members: RolloutMembers;
  readonly assignments: Assignments<T>;
  readonly history: AgentHistory<T>;
  readonly rollout: (id: string) => Rollout<T> | undefined;
  readonly waveOf: (rollout: Rollout<T>, agent: AgentRecord) => number;
  /** An agent that gives no verdict for so long after its offer has failed, unless its rollout says otherwise. */
  readonly applyDeadlineMs: number;
}

/** Members whose agents were given their target: what becomes of them by offers, by what agents say, and by time. */
export class GivenMembers<T extends PinnedTarget> {
  readonly #options: GivenMembersOptions<T>;
  readonly #startedAtMs: number;

  constructor(options: GivenMembersOptions<T>) {
    this.#options = options;
    this.#startedAtMs = options.clock.now();
  }

  /** An offer of this hash left for the agent. */
  offered(uid: InstanceUid, hash: string): void {
    const { agents, assignments, members, clock, kind } = this.#options;
    const assignment = assignments.get(uid);
    const agent = agents.record(uid);
    if (assignment === undefined || agent === undefined || kind.hashFor(agent, assignment.target) !== hash)
      return;
    const { target, rolloutId } = assignment;
    agents.recordEvent(uid, 'config_offered', `offered ${kind.describe(target)}`, { hash, rolloutId });
    const member = this.#given(uid);
    if (member?.state === 'pending') members.update(moved(member, 'offered', member.reason, clock.now()));
  }

  /** The agent reported a status; true where its member is another by it. */
  reported(agent: AgentRecord): boolean {
    const { kind, assignments, members, history, clock } = this.#options;
    const assignment = assignments.get(agent.uid);
    if (assignment === undefined || this.isRetry(agent)) return false;
    const verdict = kind.verdict(agent, assignment.target);
    history.answered(assignment, verdict);
    const member = this.#given(agent.uid);
    if (member === undefined) return false;
    const next = afterVerdict(member, verdict, clock.now());
    members.update(next);
    return next !== member;
  }

  /** The agent failed on what it is to have, and an operator rolled that out again: it is to be offered once more. */
  isRetry(agent: AgentRecord): boolean {
    const assignment = this.#options.assignments.get(agent.uid);
    if (assignment === undefined || this.#given(agent.uid)?.state !== 'pending') return false;
    return this.#options.kind.verdict(agent, assignment.target).kind === 'failed';
  }

  /** An operator told this rollout's agents that failed to try again, and it is one of them. */
  isToTryAgain(uid: InstanceUid): boolean {
    const member = this.#given(uid);
    return member !== undefined && isToTryAgain(member);
  }

  /** The rollout's members that failed are to try once more; returns their agents. */
  tryAgain({ id }: Rollout<T>): InstanceUid[] {
    const { members, clock } = this.#options;
    const failed = [...members.of(id)].filter(({ state }) => state === 'failed');
    for (const member of failed) members.update(toTryAgain(member, clock.now()));
    return failed.map(({ uid }) => uid);
  }

  /** After a start: what a crash took of the members follows from the assignments and from what the agents last reported. */
  recover(): void {
    const { agents, kind, clock, members, assignments, waveOf } = this.#options;
    for (const { uid, rolloutId, target } of assignments.values()) {
      const agent = agents.record(uid);
      if (agent === undefined) continue;
      const current = members.active(uid);
      const rollout = rolloutId === null ? undefined : this.#options.rollout(rolloutId);
      if (rollout !== undefined && (current?.rolloutId ?? '') < rollout.id) {
        const wave = waveOf(rollout, agent);
        const changedAtMs = clock.now();
        members.join({ rolloutId: rollout.id, uid, wave, state: 'pending', reason: '', changedAtMs });
      }
      const member = this.#given(uid);
      if (member !== undefined)
        members.update(afterVerdict(member, kind.verdict(agent, target), clock.now()));
    }
  }

  /**
   * Agents that are there and gave no verdict on their offer for too long. Who is away when its time is over gets it
   * anew, so that it may come back with its verdict; and nobody could give one while this server was down.
   */
  failOverdue({ id, strategy }: Rollout<T>): void {
    const { agents, clock, members, assignments, history, applyDeadlineMs } = this.#options;
    const seconds = strategy.applyDeadlineSeconds ?? Math.round(applyDeadlineMs / 1000);
    const nowMs = clock.now();
    if (nowMs - this.#startedAtMs < seconds * 1000) return;
    for (const member of [...members.offeredBefore(id, nowMs - seconds * 1000)]) {
      if (agents.record(member.uid)?.connection.state === 'disconnected') {
        members.update({ ...member, changedAtMs: nowMs });
        continue;
      }
      const reason = `gave no verdict within ${seconds} s of the offer`;
      const assignment = assignments.get(member.uid);
      if (assignment !== undefined) history.answered(assignment, { kind: 'failed', reason });
      members.update(moved(member, 'failed', reason, nowMs));
    }
  }

  /** The member whose agent was given what its rollout means it to have now. */
  #given(uid: InstanceUid): Member | undefined {
    const { members, assignments, rollout } = this.#options;
    const member = members.active(uid);
    const assignment = assignments.get(uid);
    if (member === undefined || assignment === undefined) return undefined;
    const isOfRollout = assignment.rolloutId === member.rolloutId;
    const isTakenBack = rollout(member.rolloutId)?.state === 'rolled_back' && assignment.rolloutId === null;
    return isOfRollout || isTakenBack || member.state === 'applied' ? member : undefined;
  }
}
