import type { RolloutCreate } from '@drover/api';
import { AGENT_CAPABILITIES } from '@drover/opamp';
import type { AgentRecord, ConfigRef, InstanceUid } from '../agents/agent.ts';
import type { Revision } from '../configs/config.ts';
import { DomainError } from '../lib/errors.ts';
import { sha256OfFields } from '../lib/hash.ts';
import type { ConfigStack } from './config-stack.ts';
import type { Fleet } from './fleet.ts';
import { LayeredStacks } from './layered-stacks.ts';
import type { Verdict } from './member.ts';
import { type Rendering, type SecretValues, StackContent } from './stack-content.ts';
import type { TargetKind } from './target-kind.ts';

/** Where revisions come from: the newest of a name, or the numbered one. Throws where there is none. */
export interface Revisions {
  requireRevision(name: string, number: number | undefined): Promise<Revision>;
}

export type ConfigTargetInput = RolloutCreate['target'];

interface StackItem {
  readonly name: string;
  readonly revision?: number | undefined;
}

/** Configurations as a target of rollouts. */
export class ConfigTarget implements TargetKind<ConfigTargetInput, ConfigStack> {
  readonly kind = 'config';
  readonly #configs: Revisions;
  readonly #agents: Fleet;
  readonly #secrets: SecretValues;
  readonly #contents = new Map<string, StackContent>();
  readonly #layered = new LayeredStacks((configs) => this.#pinStack(configs));

  constructor(configs: Revisions, agents: Fleet, secrets: SecretValues) {
    this.#configs = configs;
    this.#agents = agents;
    this.#secrets = secrets;
  }

  async pin(input: ConfigTargetInput): Promise<ConfigStack> {
    const items = itemsOf(input);
    return input.replaces === 'layer' ? this.#pinLayer(items) : this.#pinStack(items);
  }

  /** What an agent that is to run `current` would get, for a look alone: nothing of it is kept. */
  async read(
    input: ConfigTargetInput,
    current: ConfigStack | undefined,
  ): Promise<{ readonly target: ConfigStack; readonly content: StackContent }> {
    const items = itemsOf(input);
    const layer = input.replaces === 'layer' ? items[0] : undefined;
    const isExchanged = layer !== undefined && current?.configs.some(({ name }) => name === layer.name);
    const stack = isExchanged
      ? (current?.configs ?? []).map((item) => (item.name === layer.name ? layer : item))
      : items;
    const { content, revisions } = await this.#read(stack);
    return { target: { hash: content.hash, configs: refsOf(revisions) }, content };
  }

  partOf({ replaces, configs }: ConfigStack): string | undefined {
    return replaces === 'layer' ? configs[0]?.name : undefined;
  }

  concerns(target: ConfigStack, current: ConfigStack | undefined): boolean {
    const part = this.partOf(target);
    return part === undefined || current?.configs.some(({ name }) => name === part) === true;
  }

  async prepare(target: ConfigStack, current: ConfigStack | undefined): Promise<ConfigStack> {
    const made =
      target.replaces === 'layer' && current ? await this.#layered.prepare(target, current) : target;
    await this.load(made);
    return made;
  }

  prepared(target: ConfigStack, current: ConfigStack | undefined): ConfigStack | undefined {
    if (target.replaces !== 'layer') return target;
    const made = current && this.#layered.get(target, current);
    return made !== undefined && this.#contents.has(made.hash) ? made : undefined;
  }

  async load(target: ConfigStack): Promise<void> {
    if (target.replaces === 'layer' || this.#contents.has(target.hash)) return;
    const { content } = await this.#read(target.configs);
    this.#contents.set(target.hash, content);
  }

  unload(hash: string): void {
    this.#contents.delete(hash);
  }

  /** Undefined where it is not loaded. */
  content(target: ConfigStack): StackContent | undefined {
    return this.#contents.get(target.hash);
  }

  /** The configurations in any loaded stack that name this secret. */
  configsWithSecret(name: string): string[] {
    return [...new Set([...this.#contents.values()].flatMap((content) => content.namesOf(name)))].sort();
  }

  /** By secret, the loaded stacks that name it, as their hashes, and the configurations of them that do. */
  secretUses(): Map<string, { readonly hashes: string[]; readonly configs: Set<string> }> {
    const uses = new Map<string, { hashes: string[]; configs: Set<string> }>();
    for (const [hash, content] of this.#contents) {
      for (const secret of content.secretNames()) {
        const use = uses.get(secret) ?? { hashes: [], configs: new Set() };
        use.hashes.push(hash);
        for (const config of content.namesOf(secret)) use.configs.add(config);
        uses.set(secret, use);
      }
    }
    return uses;
  }

  references(target: ConfigStack): string[] {
    return target.configs.map(({ name }) => name);
  }

  whyNot(agent: AgentRecord, target: ConfigStack): string | undefined {
    const { state } = agent.enrolment;
    if (state !== 'approved')
      return state === 'pending' ? 'the agent is waiting for approval' : `the agent was ${state}`;
    if ((agent.capabilities & AGENT_CAPABILITIES.AcceptsRemoteConfig) === 0n)
      return 'the agent does not accept remote configuration';
    const rendering = this.#rendering(agent, target);
    return rendering?.kind === 'none' ? rendering.reason : undefined;
  }

  reportsBack({ capabilities }: AgentRecord): boolean {
    return (capabilities & AGENT_CAPABILITIES.ReportsRemoteConfig) !== 0n;
  }

  hashFor(agent: AgentRecord, target: ConfigStack): string {
    const rendering = this.#rendering(agent, target);
    if (rendering === undefined) return target.hash;
    return rendering.kind === 'content' ? rendering.desired.hash : '';
  }

  verdict(agent: AgentRecord, target: ConfigStack): Verdict {
    const { config } = agent;
    if (config.hash === '' || config.hash !== this.hashFor(agent, target)) return { kind: 'silent' };
    switch (config.status) {
      case 'applied':
        return { kind: 'applied' };
      case 'failed':
        return { kind: 'failed', reason: config.errorMessage || 'the agent gave no reason' };
      case 'applying':
      case 'unset':
        return { kind: 'working' };
    }
  }

  describe({ configs }: ConfigStack): string {
    return configs.map(({ name, revision }) => `${name} r${revision}`).join(' + ');
  }

  show(
    uid: InstanceUid,
    desired: { target: ConfigStack; rolloutId: string | null; assignedAtMs: number } | null,
  ): void {
    const agent = this.#agents.record(uid);
    if (desired === null || agent === undefined) {
      this.#agents.setDesired(uid, null);
      return;
    }
    const { target, rolloutId, assignedAtMs } = desired;
    const rendering = this.#rendering(agent, target);
    this.#agents.setDesired(uid, {
      hash: this.hashFor(agent, target),
      configs: target.configs,
      rolloutId,
      assignedAtMs,
      problem: rendering?.kind === 'none' ? rendering.reason : null,
    });
  }

  #rendering(agent: AgentRecord, target: ConfigStack): Rendering | undefined {
    return this.#contents.get(target.hash)?.render(agent);
  }

  async #pinStack(items: readonly StackItem[]): Promise<ConfigStack> {
    const { content, revisions } = await this.#read(items);
    if (!this.#contents.has(content.hash)) this.#contents.set(content.hash, content);
    return { hash: content.hash, configs: refsOf(revisions) };
  }

  async #pinLayer(items: readonly StackItem[]): Promise<ConfigStack> {
    const { revisions } = await this.#read(items);
    const configs = refsOf(revisions);
    const hash = sha256OfFields([
      'layer',
      ...revisions.flatMap((revision) => [revision.name, revision.hash]),
    ]);
    return { hash, configs, replaces: 'layer' };
  }

  async #read(
    items: readonly StackItem[],
  ): Promise<{ readonly content: StackContent; readonly revisions: readonly Revision[] }> {
    const revisions = await Promise.all(
      items.map(({ name, revision }) => this.#configs.requireRevision(name, revision)),
    );
    return { content: new StackContent(revisions, this.#secrets), revisions };
  }
}

function refsOf(revisions: readonly Revision[]): ConfigRef[] {
  return revisions.map(({ name, number }) => ({ name, revision: number }));
}

function itemsOf(input: ConfigTargetInput): readonly StackItem[] {
  const items = input.configs ?? [{ name: input.name ?? '', revision: input.revision }];
  const repeated = items.find(({ name }, at) => items.findIndex((other) => other.name === name) !== at);
  if (repeated === undefined) return items;
  throw new DomainError(
    'invalid_request',
    `the stack has "${repeated.name}" twice; name each configuration once`,
    { errors: [{ pointer: '/target/configs', detail: `"${repeated.name}" stands twice` }] },
  );
}
