import type { InstanceUid } from '../agents/agent.ts';
import type { PinnedTarget } from './rollout.ts';

/** Desired state of one agent, of one kind of target. */
export interface Assignment<T extends PinnedTarget> {
  readonly uid: InstanceUid;
  readonly target: T;
  /** What it was to have before; null where Drover had left it alone. */
  readonly previous: T | null;
  /** The rollout that gave it; null after that was rolled back. */
  readonly rolloutId: string | null;
  /** The rollout that gave the stack of which later ones exchanged layers; null where `rolloutId` gave it as a whole. */
  readonly stackRolloutId: string | null;
  readonly assignedAtMs: number;
}

/** All assignments of one kind, in memory. Targets of the same content are one object. */
export class Assignments<T extends PinnedTarget> {
  readonly #byUid = new Map<InstanceUid, Assignment<T>>();
  readonly #agentsOf = new Map<string, number>();

  get(uid: InstanceUid): Assignment<T> | undefined {
    return this.#byUid.get(uid);
  }

  values(): Iterable<Assignment<T>> {
    return this.#byUid.values();
  }

  set(assignment: Assignment<T>): void {
    this.delete(assignment.uid);
    this.#byUid.set(assignment.uid, assignment);
    const { hash } = assignment.target;
    this.#agentsOf.set(hash, (this.#agentsOf.get(hash) ?? 0) + 1);
  }

  delete(uid: InstanceUid): void {
    const hash = this.#byUid.get(uid)?.target.hash;
    if (hash === undefined) return;
    this.#byUid.delete(uid);
    const left = (this.#agentsOf.get(hash) ?? 1) - 1;
    if (left === 0) this.#agentsOf.delete(hash);
    else this.#agentsOf.set(hash, left);
  }

  /** How many agents are to have the target of this hash. */
  agentsOf(hash: string): number {
    return this.#agentsOf.get(hash) ?? 0;
  }

  isDesired(hash: string): boolean {
    return this.#agentsOf.has(hash);
  }
}
