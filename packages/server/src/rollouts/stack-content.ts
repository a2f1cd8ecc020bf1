import type { ConfigFormat } from '@drover/api';
import {
  compileVariables,
  MASK,
  type VariableFormat,
  type VariableLookup,
  type VariableTemplate,
  type VariableUse,
} from '@drover/collector-config';
import { type AgentRecord, attributeOf } from '../agents/agent.ts';
import { isYaml, type Revision } from '../configs/config.ts';
import { sha256OfFields } from '../lib/hash.ts';
import { type DesiredConfig, entryName, type OfferedFile } from './config-stack.ts';

/** Where the values of secrets come from; `version` stands for a value wherever that must not be seen. */
export interface SecretValues {
  value(name: string): { readonly text: string; readonly version: number } | undefined;
}

/** A stack as one agent would get it. */
export type Rendering =
  | { readonly kind: 'content'; readonly desired: DesiredConfig }
  /** It has no content for this agent: a value is missing or does not fit. */
  | { readonly kind: 'none'; readonly reason: string };

interface Entry {
  /** Of the configuration. */
  readonly config: string;
  /** In the offered config map. */
  readonly name: string;
  readonly template: VariableTemplate;
  readonly contentType: string;
  readonly role: string;
  readonly format: ConfigFormat;
  readonly revision: number;
}

/** One layer of a stack as a person may see it. */
export interface ShownLayer {
  readonly name: string;
  readonly revision: number;
  /** Its name in the offered config map. */
  readonly entry: string;
  readonly body: string;
  readonly contentType: string;
  readonly role: string;
  readonly format: ConfigFormat;
}

/** One use of a variable, with its value for an agent; null where it has none. */
export interface ShownVariable {
  readonly config: string;
  readonly line: number;
  readonly column: number;
  readonly source: VariableUse['source'];
  readonly key: string;
  readonly value: string | null;
  readonly isDefault: boolean;
}

/** Renderings of a stack that are kept, by the values that they were made of. */
const MAX_RENDERINGS = 512;
const MISSING_SHOWN = 3;

/** The content of a stack: the same for all agents, or with variables, made for each. */
export class StackContent {
  /** Over the entries as they are written. */
  readonly hash: string;
  readonly #entries: readonly Entry[];
  readonly #uses: readonly VariableUse[];
  readonly #secrets: SecretValues;
  readonly #renderings = new Map<string, Rendering>();
  /** The one for all agents, where there are no variables. */
  #forAll: Rendering | undefined;

  constructor(revisions: readonly Revision[], secrets: SecretValues) {
    this.#secrets = secrets;
    this.#entries = revisions.map((revision, place) => ({
      config: revision.name,
      name: entryName(revision.name, place, revisions.length),
      template: templateOf(revision),
      contentType: revision.contentType,
      role: revision.role,
      format: revision.format,
      revision: revision.number,
    }));
    this.#uses = this.#entries.flatMap(({ template }) => template.uses);
    const contents = revisions.flatMap(({ contentType, body }, place) => [
      this.#entries[place]?.name ?? '',
      contentType,
      body,
    ]);
    const roles = this.#entries.flatMap(({ name, role }) => (role === '' ? [] : ['role', name, role]));
    this.hash = sha256OfFields([...contents, ...roles]);
  }

  get hasVariables(): boolean {
    return this.#uses.length > 0;
  }

  /** The configurations of the stack that name this secret. */
  namesOf(secret: string): string[] {
    return this.#entries
      .filter(({ template }) =>
        template.uses.some(({ source, key }) => source === 'secret' && key === secret),
      )
      .map(({ config }) => config);
  }

  /** The layers as this agent gets them, for people: secrets are masked. Undefined where a value is missing. */
  layersFor(agent: Pick<AgentRecord, 'labels' | 'attributes'>): readonly ShownLayer[] | undefined {
    const lookup: VariableLookup = (source, key) =>
      source === 'secret' ? this.#secrets.value(key) && MASK : this.#text({ source, key }, agent);
    const layers: ShownLayer[] = [];
    for (const { config, revision, name, template, contentType, role, format } of this.#entries) {
      const resolution = template.resolve(lookup);
      if (resolution.kind !== 'resolved') return undefined;
      layers.push({ name: config, revision, entry: name, body: resolution.text, contentType, role, format });
    }
    return layers;
  }

  /** What each variable is for this agent, for people: secrets are masked. Those in comments are none. */
  variablesFor(agent: Pick<AgentRecord, 'labels' | 'attributes'>): readonly ShownVariable[] {
    return this.#entries.flatMap(({ config, template }) =>
      template.uses.map(({ source, key, fallback, line, column }) => {
        const own =
          source === 'secret' ? this.#secrets.value(key) && MASK : this.#text({ source, key }, agent);
        const value = own ?? fallback ?? null;
        return { config, line, column, source, key, value, isDefault: own === undefined && value !== null };
      }),
    );
  }

  /** Values of the secrets that this stack names, which are to be seen nowhere. */
  secretTexts(): string[] {
    return [...this.secretNames()].flatMap((name) => this.#secrets.value(name)?.text ?? []);
  }

  secretNames(): ReadonlySet<string> {
    return new Set(this.#uses.filter(({ source }) => source === 'secret').map(({ key }) => key));
  }

  render(agent: Pick<AgentRecord, 'labels' | 'attributes'>): Rendering {
    if (this.#uses.length === 0) {
      this.#forAll ??= this.#renderAnew(agent, []);
      return this.#forAll;
    }
    const values = this.#uses.map((use) => this.#shown(use, agent));
    const key = values.map((value) => (value === undefined ? '-' : `=${value.length}:${value}`)).join();
    const known = this.#renderings.get(key);
    if (known !== undefined) return known;
    const rendering = this.#renderAnew(agent, values);
    if (this.#renderings.size >= MAX_RENDERINGS) this.#renderings.clear();
    this.#renderings.set(key, rendering);
    return rendering;
  }

  #renderAnew(
    agent: Pick<AgentRecord, 'labels' | 'attributes'>,
    values: readonly (string | undefined)[],
  ): Rendering {
    const { labels, attributes } = agent;
    const lookup: VariableLookup = (source, key) => this.#text({ source, key }, { labels, attributes });
    for (const { config, template } of this.#entries) {
      const problem = template.problem(lookup);
      if (problem?.kind === 'refused') return { kind: 'none', reason: `${config}: ${problem.message}` };
      if (problem !== undefined)
        return { kind: 'none', reason: `${config}: ${missingText(problem.missing)}` };
    }
    const hash = this.hasVariables
      ? sha256OfFields([this.hash, ...values.map((value) => value ?? '')])
      : this.hash;
    return { kind: 'content', desired: { hash, files: () => this.#files(lookup) } };
  }

  #files(lookup: VariableLookup): ReadonlyMap<string, OfferedFile> | undefined {
    const files = new Map<string, OfferedFile>();
    for (const { name, template, contentType, role } of this.#entries) {
      const resolution = template.resolve(lookup);
      if (resolution.kind !== 'resolved') return undefined;
      files.set(name, { body: resolution.text, contentType, role });
    }
    return files;
  }

  /** What tells one value from another, without showing a secret. */
  #shown(use: VariableUse, agent: Pick<AgentRecord, 'labels' | 'attributes'>): string | undefined {
    if (use.source !== 'secret') return this.#text(use, agent) ?? use.fallback;
    const version = this.#secrets.value(use.key)?.version;
    return version === undefined ? use.fallback : `version ${version}`;
  }

  #text(
    { source, key }: Pick<VariableUse, 'source' | 'key'>,
    { labels, attributes }: Pick<AgentRecord, 'labels' | 'attributes'>,
  ): string | undefined {
    switch (source) {
      case 'label':
        return Object.hasOwn(labels, key) ? labels[key] : undefined;
      case 'attr':
        return attributeOf(attributes, key);
      case 'secret':
        return this.#secrets.value(key)?.text;
    }
  }
}

/** What cannot be read as a template was refused when it was written; such a body is offered as it is. */
function templateOf({ body, format, contentType }: Revision): VariableTemplate {
  const compiled = compileVariables(body, variableFormat(format, contentType));
  if (compiled.kind === 'template') return compiled.template;
  return { uses: [], problem: () => undefined, resolve: () => ({ kind: 'resolved', text: body }) };
}

function variableFormat(format: Revision['format'], contentType: string): VariableFormat {
  if (format === 'collector') return 'collector';
  return isYaml(contentType) ? 'yaml' : 'text';
}

function missingText(missing: readonly VariableUse[]): string {
  const names = [...new Set(missing.map(({ source, key }) => `${WORDS[source]} "${key}"`))];
  const shown = names.slice(0, MISSING_SHOWN).join(', ');
  const more = names.length > MISSING_SHOWN ? ` and ${names.length - MISSING_SHOWN} more` : '';
  return `there is no ${shown}${more} (line ${missing[0]?.line ?? 0}), and no default`;
}

const WORDS = { label: 'label', attr: 'attribute', secret: 'secret' } as const;
