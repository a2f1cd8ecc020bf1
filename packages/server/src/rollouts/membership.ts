import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import { requireSelector } from '../agents/selector.ts';
import { SelectorRules } from '../agents/selector-rules.ts';
import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { Slices } from '../lib/slices.ts';
import type { Assignments } from './assignment.ts';
import { candidatesFor } from './candidates.ts';
import type { Fleet } from './fleet.ts';
import type { HandOut } from './hand-out.ts';
import type { PinnedTarget, Rollout } from './rollout.ts';
import type { RolloutMembers } from './rollout-members.ts';
import type { TargetKind } from './target-kind.ts';
import { waveFinder } from './wave-plan.ts';

export interface MembershipOptions<Input, T extends PinnedTarget> {
  readonly kind: TargetKind<Input, T>;
  readonly agents: Fleet;
  readonly clock: Clock;
  readonly log: Log;
  readonly members: RolloutMembers;
  readonly assignments: Assignments<T>;
  readonly handOut: HandOut<T>;
  readonly rollout: (id: string) => Rollout<T> | undefined;
  /** An agent was looked at that is in a rollout or has an assignment. */
  readonly considered: (agent: AgentRecord) => void;
}

/** So many agents join before others may have their turn. */
const STEP = 100;
/** So long a new agent may take to describe itself before standing rules are applied to it as it is. */
const DESCRIBE_GRACE_MS = 10_000;

/** Which agents belong to which rollout, and in which of its waves: at its start, and later by standing rules. */
export class Membership<Input, T extends PinnedTarget> {
  readonly #options: MembershipOptions<Input, T>;
  readonly #rules = new SelectorRules();
  /** Those that exchange one layer wherever it is part of a stack. */
  readonly #layerRules = new SelectorRules();
  readonly #waves = new Map<string, (agent: AgentRecord) => number>();
  readonly #toConsider = new Set<InstanceUid>();
  /** New agents that have not said who they are. */
  readonly #undescribed = new Set<InstanceUid>();

  constructor(options: MembershipOptions<Input, T>) {
    this.#options = options;
  }

  /** The rollout is, or is not any more, a rule for agents that match later. */
  rule({ id, isStanding, selector, target }: Rollout<T>): void {
    const isLayer = this.#options.kind.partOf(target) !== undefined;
    const rules = isLayer ? this.#layerRules : this.#rules;
    if (isStanding) {
      rules.add(id, requireSelector(selector));
      return;
    }
    rules.remove(id);
    this.#waves.delete(id);
  }

  /** Standing rollouts of one layer that match the agent, oldest first. */
  layersFor(agent: AgentRecord): readonly Rollout<T>[] {
    return this.#layerRules.isEmpty ? [] : this.#rolloutsOf(this.#layerRules.matching(agent));
  }

  /** The agents have another stack now: there may be a rollout for one of its layers. */
  stacksChanged(uids: readonly InstanceUid[]): void {
    if (!this.#layerRules.isEmpty) for (const uid of uids) this.considerSoon(uid);
  }

  waveOf({ id, strategy, progress }: Rollout<T>, agent: AgentRecord): number {
    const known = this.#waves.get(id);
    if (known !== undefined) return known(agent);
    const find = waveFinder(id, strategy, progress);
    this.#waves.set(id, find);
    return find(agent);
  }

  /** Whoever matches now is a member; those that can be given something meanwhile are first. */
  async joinMatching(rollout: Rollout<T>): Promise<void> {
    const { kind, agents, members, assignments, handOut } = this.#options;
    const candidates = await candidatesFor(rollout, this.#options);
    const isAway = ({ connection }: AgentRecord) => connection.state === 'disconnected';
    const matching = [...candidates.filter((agent) => !isAway(agent)), ...candidates.filter(isAway)];
    const slices = new Slices();
    let looked = 0;
    for (const { uid } of matching) {
      if (looked++ % STEP === 0) {
        handOut.pump();
        await slices.turn();
      }
      const agent = agents.record(uid);
      const inId = members.active(uid)?.rolloutId ?? '';
      // A later one took it, which this one has counted already where it was its member at all.
      if (agent === undefined || inId > rollout.id) continue;
      if (inId === rollout.id) handOut.queue.want(rollout.id, agent);
      else {
        const current = assignments.get(uid)?.target;
        if (kind.prepared(rollout.target, current) === undefined) await kind.prepare(rollout.target, current);
        this.#join(rollout, agent);
      }
    }
    handOut.pump();
  }

  /** After the message that is being taken in: it says who is there before it says what that is. */
  considerSoon(uid: InstanceUid): void {
    if (this.#toConsider.size === 0) queueMicrotask(() => this.#considerAll());
    this.#toConsider.add(uid);
  }

  /** Agents that had time to say who they are. */
  tick(): void {
    for (const uid of this.#undescribed) this.considerSoon(uid);
  }

  #considerAll(): void {
    const uids = [...this.#toConsider];
    this.#toConsider.clear();
    const { clock, agents, considered } = this.#options;
    const nowMs = clock.now();
    for (const uid of uids) {
      const agent = agents.record(uid);
      this.#undescribed.delete(uid);
      if (agent === undefined) continue;
      // An agent that has not described itself yet will, mostly; until then a broad rule could take it by mistake.
      if (agent.attributes.length === 0 && nowMs - agent.firstSeenAtMs < DESCRIBE_GRACE_MS) {
        this.#undescribed.add(uid);
        continue;
      }
      this.#consider(agent);
      considered(agent);
    }
  }

  /** Standing rules for one agent: the latest that matches and that it can take, if later than what it has its stack from; else the next for one of its layers. */
  #consider(agent: AgentRecord): void {
    const { members, assignments, handOut } = this.#options;
    const sinceId = members.active(agent.uid)?.rolloutId ?? '';
    const stackSinceId = assignments.get(agent.uid)?.stackRolloutId ?? sinceId;
    for (const rollout of this.#rolloutsOf(this.#rules.matching(agent)).reverse()) {
      if (rollout.id <= stackSinceId) break;
      const isTaken = rollout.id > sinceId ? this.#join(rollout, agent) : this.#changeStack(rollout, agent);
      if (isTaken) {
        handOut.pump();
        return;
      }
    }
    const isIn = this.layersFor(agent).some(
      (rollout) => rollout.id > sinceId && this.#joinForLayer(rollout, agent),
    );
    if (isIn) handOut.pump();
  }

  /** The rollout gives the agent another stack, of which a later one that it is in exchanges a layer. */
  #changeStack(rollout: Rollout<T>, agent: AgentRecord): boolean {
    const { kind, members, handOut } = this.#options;
    const current = members.active(agent.uid);
    if (current === undefined || kind.whyNot(agent, rollout.target) !== undefined) return false;
    handOut.queue.wantStack(current.rolloutId, rollout, agent);
    return true;
  }

  #joinForLayer(rollout: Rollout<T>, agent: AgentRecord): boolean {
    const { kind, assignments } = this.#options;
    const current = assignments.get(agent.uid)?.target;
    if (!kind.concerns(rollout.target, current)) return false;
    if (kind.prepared(rollout.target, current) !== undefined) return this.#join(rollout, agent);
    kind.prepare(rollout.target, current).then(
      () => this.considerSoon(agent.uid),
      (error: unknown) => {
        const what = kind.describe(rollout.target);
        this.#options.log.error({ error: errorText(error), what }, 'a layer could not be exchanged');
      },
    );
    return true;
  }

  /** Oldest first. */
  #rolloutsOf(ids: readonly string[]): Rollout<T>[] {
    return [...ids].sort().flatMap((id) => this.#options.rollout(id) ?? []);
  }

  /** False where the agent cannot take the target. */
  #join(rollout: Rollout<T>, agent: AgentRecord): boolean {
    const { kind, clock, members, assignments, handOut } = this.#options;
    const { uid } = agent;
    const wave = this.waveOf(rollout, agent);
    const base = { rolloutId: rollout.id, uid, wave, changedAtMs: clock.now() };
    const current = assignments.get(uid)?.target;
    const target = kind.prepared(rollout.target, current);
    if (target === undefined) return false;
    const reason = kind.whyNot(agent, target);
    if (reason !== undefined) {
      members.skip({ ...base, state: 'skipped', reason });
      return false;
    }
    const hasIt = current?.hash === target.hash && kind.verdict(agent, target).kind === 'applied';
    members.join({ ...base, state: hasIt ? 'applied' : 'pending', reason: '' });
    handOut.queue.want(rollout.id, agent);
    return true;
  }
}
