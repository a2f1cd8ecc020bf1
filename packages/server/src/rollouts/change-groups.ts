import type { RolloutChangeGroup, RolloutPreview } from '@drover/api';
import { type ConfigMap, SectionReader } from '@drover/collector-config';
import { type AgentRecord, displayNameOf, type InstanceUid } from '../agents/agent.ts';
import { Slices } from '../lib/slices.ts';
import { changesOf, shortChanges } from './config-changes.ts';
import type { ConfigStack } from './config-stack.ts';
import type { ConfigTarget } from './config-target.ts';
import { mergedOf } from './intended-config.ts';

/** What agents say that they run, by file. */
export type EffectiveOf = (uid: InstanceUid) => Promise<ReadonlyMap<string, string> | undefined>;

interface Group {
  readonly against: RolloutChangeGroup['against'];
  readonly before: ConfigStack | undefined;
  readonly after: ConfigStack;
  /** The first one stands for all. */
  readonly sample: AgentRecord[];
  agents: number;
}

const SAMPLES = 3;
const MAX_SHOWN = 20;
/** Where agents of no configuration each run a text of their own, there may be as many groups as agents. */
const MAX_GROUPS = 5000;
/** Large configurations take long to compare: after so much time the groups that are left are shown without their changes. */
const COMPARE_MS = 1500;

/**
 * Agents that would get the same change are one group: from one content, as it is written, to another. An agent that
 * Drover gives nothing today is held against what it says that it runs.
 */
export class ChangeGroups {
  /** By the content that they would get, and by what it is held against. */
  readonly #groups = new Map<string, Map<string, Group>>();
  #size = 0;
  #beyond = 0;

  add(agent: AgentRecord, before: ConfigStack | undefined, after: ConfigStack): void {
    const { effectiveContent } = agent;
    const against = before !== undefined ? 'intended' : effectiveContent === null ? 'nothing' : 'effective';
    // Of two kinds of content the hashes differ.
    const key = before?.hash ?? effectiveContent ?? '';
    const groups = this.#groups.get(after.hash);
    const group = groups?.get(key);
    if (group !== undefined) {
      group.agents += 1;
      if (group.sample.length < SAMPLES) group.sample.push(agent);
    } else if (this.#size < MAX_GROUPS) {
      const made: Group = { against, before, after, sample: [agent], agents: 1 };
      if (groups === undefined) this.#groups.set(after.hash, new Map([[key, made]]));
      else groups.set(key, made);
      this.#size += 1;
    } else this.#beyond += 1;
  }

  /** The largest groups with what changes for them. Contents of their stacks are in memory. */
  async shown(kind: ConfigTarget, effectiveOf: EffectiveOf): Promise<RolloutPreview['groups']> {
    const sorted = [...this.#groups.values()]
      .flatMap((groups) => [...groups.values()])
      .sort((a, b) => b.agents - a.agents);
    const reader = new SectionReader();
    const slices = new Slices();
    const untilMs = performance.now() + COMPARE_MS;
    const merged = new MergedStacks(kind);
    const items: RolloutChangeGroup[] = [];
    for (const group of sorted.slice(0, MAX_SHOWN)) {
      await slices.turn();
      const [agent] = group.sample;
      if (agent === undefined) continue;
      const isTold = performance.now() < untilMs;
      const before =
        isTold && group.against === 'effective'
          ? effectiveConfig(await effectiveOf(agent.uid), reader)
          : isTold && group.before && merged.of(group.before, agent);
      const after = before && merged.of(group.after, agent);
      const told = before && after && shortChanges(changesOf(before, after));
      items.push({
        agents: group.agents,
        sample: group.sample.map((each) => ({ instanceUid: each.uid, displayName: displayNameOf(each) })),
        against: group.against,
        before: [...(group.before?.configs ?? [])],
        after: [...group.after.configs],
        hasVariables: kind.content(group.after)?.hasVariables ?? false,
        changes: told ? told.changes : null,
        isCut: told ? told.isCut : !isTold,
      });
    }
    const rest = sorted.slice(MAX_SHOWN);
    const agents = rest.reduce((sum, group) => sum + group.agents, this.#beyond);
    // Of those beyond the bound each may be a group of its own.
    return { items, rest: { groups: rest.length + this.#beyond, agents } };
  }
}

/** Stacks as agents get them, merged, secrets masked; one that is the same for all of them is merged once. */
class MergedStacks {
  readonly #kind: ConfigTarget;
  readonly #forAll = new Map<string, ConfigMap | undefined>();

  constructor(kind: ConfigTarget) {
    this.#kind = kind;
  }

  of(stack: ConfigStack, agent: AgentRecord): ConfigMap | undefined {
    const content = this.#kind.content(stack);
    if (content === undefined) return undefined;
    if (this.#forAll.has(stack.hash)) return this.#forAll.get(stack.hash);
    const merged = mergedOf(content.layersFor(agent) ?? [])?.config;
    if (!content.hasVariables) this.#forAll.set(stack.hash, merged);
    return merged;
  }
}

function effectiveConfig(
  bodies: ReadonlyMap<string, string> | undefined,
  reader: SectionReader,
): ConfigMap | undefined {
  const [body] = bodies?.values() ?? [];
  if (bodies?.size !== 1 || body === undefined) return undefined;
  const read = reader.read(body);
  return read.kind === 'data' ? read.data : undefined;
}
