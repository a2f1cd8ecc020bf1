import type { ConfigRef } from '../agents/agent.ts';

/** A stack of configurations, pinned; as the target of a rollout also one layer for the stacks that hold it. */
export interface ConfigStack {
  /** SHA-256 over the entries as they are written, lower-case hex. */
  readonly hash: string;
  readonly configs: readonly ConfigRef[];
  /** The one configuration takes its own place in the stack of each agent that has it there. The whole stack when left out. */
  readonly replaces?: 'layer';
}

/** One entry of an offered config map; `role` is empty but for supplementary files. */
export interface OfferedFile {
  readonly body: string;
  readonly contentType: string;
  readonly role: string;
}

/** What an agent of a stack is to run. One object for agents of the same content, so that its encoding can be kept beside it. */
export interface DesiredConfig {
  /** Names the content as the agent gets it; lower-case hex. */
  readonly hash: string;
  /** By the entry's name in the offered config map. Undefined where a secret is gone since. */
  files(): ReadonlyMap<string, OfferedFile> | undefined;
}

/** Agents merge entries in the order of names, so several carry their place in front; one alone goes by its own name. */
export function entryName(name: string, place: number, ofHowMany: number): string {
  return ofHowMany === 1 ? name : `${String(place + 1).padStart(2, '0')}-${name}`;
}
