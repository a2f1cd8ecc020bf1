import type { InstanceUid } from '../agents/agent.ts';
import type { Listeners } from '../lib/listeners.ts';
import type { ConfigStack, DesiredConfig } from './config-stack.ts';
import type { ConfigTarget, ConfigTargetInput } from './config-target.ts';
import type { Fleet } from './fleet.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import type { ShownLayer } from './stack-content.ts';

/** What operators decided for each agent, in memory, as the offers need it. */
export class DesiredState {
  /** Agents whose desired state changed: push to them. It is on disk by then. */
  readonly changes: Listeners<readonly InstanceUid[]>;
  readonly #engine: RolloutEngine<ConfigTargetInput, ConfigStack>;
  readonly #target: ConfigTarget;
  readonly #agents: Fleet;

  constructor(engine: RolloutEngine<ConfigTargetInput, ConfigStack>, target: ConfigTarget, agents: Fleet) {
    this.#engine = engine;
    this.#target = target;
    this.#agents = agents;
    this.changes = engine.desiredChanges;
  }

  /** Undefined where Drover leaves the agent's configuration alone. One object for all agents of one content. */
  desiredConfig(uid: InstanceUid): DesiredConfig | undefined {
    const assignment = this.#engine.assignments.get(uid);
    const agent = this.#agents.record(uid);
    if (assignment === undefined || agent === undefined) return undefined;
    const rendering = this.#target.content(assignment.target)?.render(agent);
    return rendering?.kind === 'content' ? rendering.desired : undefined;
  }

  /** The stack that the agent is to run, as a person may see it; undefined where there is none, or it cannot be made. */
  layersOf(uid: InstanceUid): readonly ShownLayer[] | undefined {
    const assignment = this.#engine.assignments.get(uid);
    const agent = this.#agents.record(uid);
    return assignment && agent && this.#target.content(assignment.target)?.layersFor(agent);
  }

  /** Values that the agent's configuration brought to it, and that nobody else is to see. */
  secretTexts(uid: InstanceUid): readonly string[] {
    const assignment = this.#engine.assignments.get(uid);
    if (assignment === undefined) return [];
    const targets = [assignment.target, ...(assignment.previous === null ? [] : [assignment.previous])];
    return targets.flatMap((target) => this.#target.content(target)?.secretTexts() ?? []);
  }

  /** True where the agent reports FAILED for the desired hash and an operator wants it tried again; until `configOffered`. */
  isRetry(uid: InstanceUid): boolean {
    const agent = this.#agents.record(uid);
    return agent !== undefined && this.#engine.given.isRetry(agent);
  }

  /** True where a retry of its rollout was asked for, and not only the same content rolled out anew; until `configOffered`. */
  isToTryAgain(uid: InstanceUid): boolean {
    return this.#engine.given.isToTryAgain(uid);
  }
}
