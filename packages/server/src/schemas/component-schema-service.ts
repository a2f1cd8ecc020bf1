import type { ComponentSchemaSummary, ComponentSchemasPut, ComponentSchemaTargets, Page } from '@drover/api';
import { type ComponentSchemas, countComponents, readComponentSchemas } from '@drover/collector-config';
import type { AgentService } from '../agents/agent-service.ts';
import { type Act, named } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import { type ChosenSchema, chooseSchema, compareSchemas, type SchemaInfo } from './component-schema.ts';
import type { ComponentSchemaStore } from './component-schema-store.ts';

export interface ComponentSchemaServiceOptions {
  readonly store: ComponentSchemaStore;
  readonly agents: AgentService;
  readonly clock: Clock;
  readonly log: Log;
  /** What comes with the server; the first is used where no agents are named. */
  readonly bundled: readonly ComponentSchemas[];
}

/** Operators may store so many. */
const MAX_STORED = 200;
/** So many documents are held in memory, those that were used last. */
const MAX_HELD = 8;
const MAX_TARGETS = 100;

interface Held {
  readonly body: string;
  readonly schemas: ComponentSchemas;
}

/** Schemas of the components of Collector distributions, by version. Construct, `await start()`. */
export class ComponentSchemaService {
  readonly #options: ComponentSchemaServiceOptions;
  readonly #bundled = new Map<string, { readonly info: SchemaInfo } & Held>();
  readonly #stored = new Map<string, SchemaInfo>();
  /** By hash; the one that was used longest ago first. */
  readonly #held = new Map<string, Held>();

  constructor(options: ComponentSchemaServiceOptions) {
    this.#options = options;
    for (const schemas of options.bundled) {
      const { distribution, version } = schemas;
      const body = JSON.stringify(schemas);
      const info: SchemaInfo = {
        distribution,
        version,
        origin: 'bundled',
        hash: sha256Hex(body),
        components: countComponents(schemas),
        createdAtMs: null,
        author: null,
      };
      this.#bundled.set(keyOf(distribution, version), { info, body, schemas });
    }
  }

  async start(): Promise<void> {
    for (const info of await this.#options.store.list())
      this.#stored.set(keyOf(info.distribution, info.version), info);
  }

  /** By distribution, then the newest version first. */
  list({ limit, cursor }: PageRequest): Page<ComponentSchemaSummary> {
    const all = this.#known().sort(compareSchemas);
    const [distribution, version] = (cursor === undefined ? [] : decodeCursor(cursor, 2)).map(String);
    const rest =
      distribution === undefined || version === undefined
        ? all
        : all.filter((info) => compareSchemas(info, { distribution, version }) > 0);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    const nextCursor =
      rest.length > limit && last !== undefined ? encodeCursor([last.distribution, last.version]) : null;
    return { items: items.map(summaryOf), nextCursor, total: all.length };
  }

  /** The document as JSON, with its hash. Throws `component_schemas_not_found`. */
  async document(distribution: string, version: string): Promise<{ body: string; hash: string }> {
    const info = this.#info(distribution, version);
    const held = info && (await this.#hold(info));
    if (info === undefined || held === undefined) throw notFound(distribution, version);
    return { body: held.body, hash: info.hash };
  }

  /** What the agents that match report to be, and what serves for them. Throws `invalid_selector`. */
  targetsOf(selector: string): ComponentSchemaTargets {
    const builds = this.#options.agents.buildsOf(selector);
    const known = this.#known();
    return {
      agents: builds.reduce((sum, { agents }) => sum + agents, 0),
      targets: builds.slice(0, MAX_TARGETS).map(({ type, version, agents }) => ({
        distribution: type,
        version,
        agents,
        schema: viewOf(chooseSchema(known, type, version)),
      })),
    };
  }

  /** The parsed schemas of one version; undefined where there are none. Do not change the result. */
  async schemas(distribution: string, version: string): Promise<ComponentSchemas | undefined> {
    const info = this.#info(distribution, version);
    return info && (await this.#hold(info))?.schemas;
  }

  /** The newest of the project's own distribution. */
  get newestBundled(): SchemaInfo | undefined {
    return [...this.#bundled.values()].map(({ info }) => info).sort(compareSchemas)[0];
  }

  /** On disk when it resolves. Throws `invalid_component_schemas`. */
  async put(
    distribution: string,
    version: string,
    input: ComponentSchemasPut,
    author: string,
  ): Promise<{ readonly summary: ComponentSchemaSummary; readonly isNew: boolean }> {
    const { store, clock, log } = this.#options;
    const schemas = read(distribution, version, input);
    const key = keyOf(distribution, version);
    const before = this.#stored.get(key);
    if (before === undefined && this.#stored.size >= MAX_STORED) {
      throw new DomainError(
        'invalid_component_schemas',
        `the schemas of ${distribution} ${version} were not stored: there are ${MAX_STORED} already, which is the limit; delete some first`,
      );
    }
    const body = JSON.stringify(schemas);
    const info = {
      distribution,
      version,
      origin: 'stored' as const,
      hash: sha256Hex(body),
      components: countComponents(schemas),
      createdAtMs: clock.now(),
      author,
    };
    const detail = `${info.components} components`;
    await store.put(info, body, actOn('component_schemas.stored', info, author, detail));
    this.#stored.set(key, info);
    log.info({ distribution, version, components: info.components, author }, 'component schemas stored');
    return { summary: summaryOf(info), isNew: before === undefined };
  }

  /** On disk when it resolves; a bundled one of that version serves again. Throws `component_schemas_not_found`, `component_schemas_bundled`. */
  async remove(distribution: string, version: string, author: string): Promise<void> {
    const key = keyOf(distribution, version);
    if (!this.#stored.has(key)) {
      if (!this.#bundled.has(key)) throw notFound(distribution, version);
      throw new DomainError(
        'component_schemas_bundled',
        `the schemas of ${distribution} ${version} come with the server and are not removed; put others in their place`,
      );
    }
    const act = actOn('component_schemas.deleted', { distribution, version }, author);
    await this.#options.store.remove(distribution, version, act);
    this.#stored.delete(key);
    this.#options.log.info({ distribution, version, author }, 'component schemas removed');
  }

  #known(): SchemaInfo[] {
    const bundled = [...this.#bundled.entries()].filter(([key]) => !this.#stored.has(key));
    return [...bundled.map(([, { info }]) => info), ...this.#stored.values()];
  }

  #info(distribution: string, version: string): SchemaInfo | undefined {
    const key = keyOf(distribution, version);
    return this.#stored.get(key) ?? this.#bundled.get(key)?.info;
  }

  async #hold(info: SchemaInfo): Promise<Held | undefined> {
    const { distribution, version, hash, origin } = info;
    if (origin === 'bundled') return this.#bundled.get(keyOf(distribution, version));
    const held = this.#held.get(hash) ?? (await this.#load(distribution, version, hash));
    if (held === undefined) return undefined;
    this.#held.delete(hash);
    this.#held.set(hash, held);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= MAX_HELD) break;
      this.#held.delete(oldest);
    }
    return held;
  }

  async #load(distribution: string, version: string, hash: string): Promise<Held | undefined> {
    const body = await this.#options.store.body(distribution, version);
    if (body === undefined || sha256Hex(body) !== hash) return undefined;
    return { body, schemas: JSON.parse(body) as ComponentSchemas };
  }
}

function read(distribution: string, version: string, input: ComponentSchemasPut): ComponentSchemas {
  const { modules, components, service } = input;
  for (const [name, given, own] of [
    ['distribution', input.distribution, distribution],
    ['version', input.version, version],
  ] as const) {
    if (given === undefined || given === own) continue;
    const problem = `${name} is "${given}" in the body and "${own}" in the address`;
    throw invalid(distribution, version, `/${name}`, problem);
  }
  const outcome = readComponentSchemas({
    distribution,
    version,
    ...(modules === undefined ? {} : { modules }),
    components,
    ...(service === undefined ? {} : { service }),
  });
  if (outcome.kind === 'invalid') throw invalid(distribution, version, outcome.pointer, outcome.problem);
  return outcome.schemas;
}

function invalid(distribution: string, version: string, pointer: string, problem: string): DomainError {
  return new DomainError(
    'invalid_component_schemas',
    `the schemas of ${distribution} ${version} were not stored: ${pointer.slice(0, 300)}: ${problem}`,
    { errors: [{ pointer, detail: problem }] },
  );
}

function notFound(distribution: string, version: string): DomainError {
  return new DomainError(
    'component_schemas_not_found',
    `there are no component schemas of ${distribution} ${version}`,
  );
}

function viewOf(chosen: ChosenSchema | undefined) {
  if (chosen === undefined) return null;
  const { distribution, version, origin, hash } = chosen.info;
  return { distribution, version, origin, hash, match: chosen.match };
}

function summaryOf(info: SchemaInfo): ComponentSchemaSummary {
  const { createdAtMs, ...rest } = info;
  return { ...rest, createdAt: createdAtMs === null ? null : timeText(createdAtMs) };
}

function actOn(
  kind: Act['kind'],
  { distribution, version }: { readonly distribution: string; readonly version: string },
  author: string,
  detail = '',
): Act {
  return { author, kind, subject: named('component_schemas', `${distribution} ${version}`), detail };
}

function keyOf(distribution: string, version: string): string {
  return `${distribution} ${version}`;
}
