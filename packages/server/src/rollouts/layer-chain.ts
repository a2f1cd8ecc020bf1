import type { AgentRecord } from '../agents/agent.ts';
import type { Assignments } from './assignment.ts';
import { isHandingOut, type PinnedTarget, type Rollout } from './rollout.ts';
import type { TargetKind } from './target-kind.ts';

/** What one agent is given in its turn. */
export interface Gift<T extends PinnedTarget> {
  /** The last rollout that had a part in it. */
  readonly rollout: Rollout<T>;
  readonly target: T;
  /** What a roll back of that rollout gives back. */
  readonly previous: T | null;
  readonly stackRolloutId: string | null;
  /** Later rollouts whose layer is in it already, oldest first. */
  readonly joined: readonly Rollout<T>[];
}

export interface LayerChainOptions<T extends PinnedTarget> {
  readonly kind: TargetKind<unknown, T>;
  readonly assignments: Assignments<T>;
  /** Standing rollouts of one layer that match the agent, oldest first. */
  readonly layersFor: (agent: AgentRecord) => readonly Rollout<T>[];
  readonly waveOf: (rollout: Rollout<T>, agent: AgentRecord) => number;
}

/**
 * What comes of a rollout on one agent: a whole stack, with the layers that later rollouts exchange wherever they are
 * part of one, so that the agent does not run what those have replaced for a moment.
 */
export class LayerChain<T extends PinnedTarget> {
  readonly #options: LayerChainOptions<T>;

  constructor(options: LayerChainOptions<T>) {
    this.#options = options;
  }

  /** `base` gives the stack in place of what the agent has. Undefined where its stack has no place for the target. */
  async giftFor(
    rollout: Rollout<T>,
    agent: AgentRecord,
    base: Rollout<T> | undefined,
  ): Promise<Gift<T> | undefined> {
    const { kind, assignments } = this.#options;
    const current = assignments.get(agent.uid);
    const whole = kind.partOf(rollout.target) === undefined ? rollout : base;
    let gift: Gift<T>;
    if (whole !== undefined) {
      const { id, target } = whole;
      const previous = current?.target ?? null;
      gift = { rollout, target, previous, stackRolloutId: id === rollout.id ? null : id, joined: [] };
    } else {
      if (current === undefined || !kind.concerns(rollout.target, current.target)) return undefined;
      const target = await kind.prepare(rollout.target, current.target);
      const stackRolloutId = current.stackRolloutId ?? current.rolloutId;
      gift = { rollout, target, previous: current.target, stackRolloutId, joined: [] };
    }
    const firstId = whole?.id ?? rollout.id;
    for (const layer of this.#options.layersFor(agent)) {
      if (layer.id <= firstId || !kind.concerns(layer.target, gift.target)) continue;
      const next = await this.#withLayer(gift, layer, agent);
      if (next === undefined) break;
      gift = next;
    }
    return gift;
  }

  /** Undefined where the layer's own rollout has not come to this agent yet; it will by its own rules. */
  async #withLayer(gift: Gift<T>, layer: Rollout<T>, agent: AgentRecord): Promise<Gift<T> | undefined> {
    const { kind, waveOf } = this.#options;
    const { window, maxAgentsPerSecond } = layer.strategy;
    const isOpen = isHandingOut(layer) && window === undefined && maxAgentsPerSecond === undefined;
    if (!isOpen || waveOf(layer, agent) > layer.progress.current) return undefined;
    const target = await kind.prepare(layer.target, gift.target);
    if (kind.whyNot(agent, target) !== undefined) return undefined;
    const stackRolloutId = gift.stackRolloutId ?? gift.rollout.id;
    const isLater = layer.id > gift.rollout.id;
    return {
      rollout: isLater ? layer : gift.rollout,
      target,
      previous: gift.target,
      stackRolloutId,
      joined: isLater ? [...gift.joined, layer] : gift.joined,
    };
  }
}
