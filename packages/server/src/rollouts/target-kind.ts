import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { Verdict } from './member.ts';
import type { PinnedTarget } from './rollout.ts';

/** What the engine needs to know of one kind of target; configurations are one, packages and credentials will be others. */
export interface TargetKind<Input, T extends PinnedTarget> {
  readonly kind: string;
  /** Resolves what is left open ("the newest") and holds it still. Throws where something does not exist. */
  pin(input: Input): Promise<T>;
  /** Brings the content into memory, so that it can be offered at once. Throws where it is gone. */
  load(target: T): Promise<void>;
  /** The name of what agents must have already to be given this target, which takes its place; undefined for a target that is the whole. */
  partOf(target: T): string | undefined;
  /** Whether an agent that is to have `current` has a place for the target. */
  concerns(target: T, current: T | undefined): boolean;
  /** What an agent that is to have `current` is to have with this target, brought into memory. Throws where content is gone. */
  prepare(target: T, current: T | undefined): Promise<T>;
  /** The same at once; undefined where it was not prepared. */
  prepared(target: T, current: T | undefined): T | undefined;
  /** The content of this hash is desired by nobody. */
  unload(hash: string): void;
  /** Names that may not be removed while the target is live. */
  references(target: T): readonly string[];
  /** Why this agent cannot take the target; undefined where it can. The target is loaded. */
  whyNot(agent: AgentRecord, target: T): string | undefined;
  /** Whether the agent ever says what became of such a target. */
  reportsBack(agent: AgentRecord): boolean;
  /** What names the target's content as this agent gets it, which may be made for it; empty where it has none there. */
  hashFor(agent: AgentRecord, target: T): string;
  /** What the agent says of the target. */
  verdict(agent: AgentRecord, target: T): Verdict;
  /** One line for people. */
  describe(target: T): string;
  /** Shows the target as what is desired of the agent. */
  show(uid: InstanceUid, desired: { target: T; rolloutId: string | null; assignedAtMs: number } | null): void;
}
