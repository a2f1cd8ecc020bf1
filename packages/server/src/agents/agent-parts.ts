import type { InstanceUid, ReportedParts } from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFleet } from './agent-fleet.ts';
import { type AgentMatch, filterAgents } from './agent-list.ts';
import type { AgentStore } from './agent-store.ts';
import type { PartsDecoder } from './agent-view.ts';
import type { ComponentSets } from './component-sets.ts';

export interface AgentPartsOptions {
  readonly fleet: AgentFleet;
  readonly store: AgentStore;
  readonly decoder: PartsDecoder;
  readonly componentSets: ComponentSets | undefined;
}

type ComponentNames = Readonly<Record<string, readonly string[]>>;

/** Of a large selection so many agents are asked for their components: they are alike within a selection. */
const COMPONENT_SAMPLES = 200;

/** The large parts of what agents reported, read when somebody looks: from memory, else from the database. */
export class AgentParts {
  readonly #options: AgentPartsOptions;

  constructor(options: AgentPartsOptions) {
    this.#options = options;
  }

  /** All parts, with the whole set of components in the place of its hash, where some agent has reported it. */
  async whole(entry: AgentEntry): Promise<ReportedParts> {
    return this.#withComponents(await this.#partsOf(entry));
  }

  /** The names of the components of each agent that the filter leaves and that reported them, without repetitions. */
  async componentsOf(filter: AgentMatch): Promise<ComponentNames[]> {
    const { fleet, decoder } = this.#options;
    const distinct = new Map<string, ComponentNames>();
    const entries: AgentEntry[] = [];
    filterAgents(fleet, filter).forEach((slot) => {
      const entry = fleet.at(slot);
      if (entry !== undefined && entries.length < COMPONENT_SAMPLES) entries.push(entry);
    });
    for (const entry of entries) {
      const parts = await this.#partsOf(entry, 'availableComponents');
      if (parts.availableComponents === undefined) continue;
      const key = Buffer.from(parts.availableComponents).toString('base64');
      if (distinct.has(key)) continue;
      const { availableComponents } = await this.#withComponents(parts);
      const names = availableComponents && decoder.componentNames(availableComponents);
      if (names !== undefined && Object.keys(names).length > 0) distinct.set(key, names);
    }
    return [...distinct.values()];
  }

  /** What the agent says that it runs, by name, as it was reported; undefined where it never did. */
  async effectiveBodies(uid: InstanceUid): Promise<ReadonlyMap<string, string> | undefined> {
    const { fleet, decoder } = this.#options;
    const entry = fleet.get(uid);
    if (entry === undefined) return undefined;
    const { effectiveConfig } = await this.#partsOf(entry, 'effectiveConfig');
    return effectiveConfig && decoder.effectiveBodies?.(effectiveConfig);
  }

  async #partsOf(entry: AgentEntry, needed?: keyof ReportedParts): Promise<ReportedParts> {
    if (!entry.hasStoredParts || (needed !== undefined && entry.parts[needed] !== undefined))
      return entry.parts;
    const stored = await this.#options.store.parts(entry.record.uid);
    return { ...stored, ...entry.parts };
  }

  async #withComponents(parts: ReportedParts): Promise<ReportedParts> {
    const { decoder, componentSets } = this.#options;
    const hash = parts.availableComponents && decoder.componentsHash?.(parts.availableComponents);
    const availableComponents = hash === undefined ? undefined : await componentSets?.get(hash);
    return availableComponents === undefined ? parts : { ...parts, availableComponents };
  }
}
