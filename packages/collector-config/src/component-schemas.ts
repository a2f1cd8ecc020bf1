import { COMPONENT_SECTIONS, type ComponentSection } from './sections.ts';

export const FIELD_TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/**
 * The part of JSON Schema 2020-12 that describes settings. Values are read as a Collector reads them, which is more
 * than JSON Schema would take: a `string` of the format `duration` is one of Go (`1m30s`) or whole nanoseconds, an
 * `integer` may have a fraction, null is always taken, and `enum` speaks of text alone.
 */
export interface FieldSchema {
  /** Absent: anything. */
  readonly type?: FieldType | readonly FieldType[];
  readonly format?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [name: string]: FieldSchema };
  /** What keys that are no property hold; `false` refuses them. */
  readonly additionalProperties?: boolean | FieldSchema;
  readonly items?: FieldSchema;
  /** `#/$defs/<name>` of the same component. */
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: FieldSchema };
  /** The words of `enum` are taken in upper and lower case. */
  readonly 'x-ignore-case'?: boolean;
  /** What stands here is not known, but for `properties` where there are some: it is not checked. */
  readonly 'x-unchecked'?: boolean;
}

/** The schemas of the components of one Collector distribution in one version. */
export interface ComponentSchemas {
  /** As its agents report it in `service.name`. */
  readonly distribution: string;
  /** As its agents report it in `service.version`. */
  readonly version: string;
  /** Go modules with versions that the schemas were made of. */
  readonly modules?: readonly string[];
  readonly components: { readonly [section in ComponentSection]?: { readonly [type: string]: FieldSchema } };
  /** Of the section `service`. */
  readonly service?: FieldSchema;
}

/** Schemas that were read, or why they are none. `pointer` is a JSON pointer to what is wrong. */
export type ReadComponentSchemas =
  | { readonly kind: 'schemas'; readonly schemas: ComponentSchemas }
  | { readonly kind: 'invalid'; readonly pointer: string; readonly problem: string };

/** A field may be nested this deep. */
export const MAX_SCHEMA_DEPTH = 64;
/** So many fields a distribution may have in all. */
export const MAX_SCHEMA_FIELDS = 500_000;

const TOP_KEYS: readonly string[] = ['distribution', 'version', 'modules', 'components', 'service'];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

class Invalid extends Error {
  readonly pointer: string;
  constructor(path: readonly string[], problem: string) {
    super(problem);
    this.pointer = path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  }
}

/** Takes parsed JSON for component schemas where it is some. Never throws; its work is bounded. */
export function readComponentSchemas(value: unknown): ReadComponentSchemas {
  try {
    checkDocument(value);
    return { kind: 'schemas', schemas: value as ComponentSchemas };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { kind: 'invalid', pointer: error.pointer, problem: error.message };
  }
}

/** How many components have a schema. */
export function countComponents({ components }: ComponentSchemas): number {
  return Object.values(components).reduce((sum, section) => sum + Object.keys(section ?? {}).length, 0);
}

function checkDocument(value: unknown): void {
  const document = mapAt(value, []);
  const unknown = Object.keys(document).find((key) => !TOP_KEYS.includes(key));
  if (unknown !== undefined) throw new Invalid([unknown], `unknown; there are ${TOP_KEYS.join(', ')}`);
  for (const key of ['distribution', 'version']) {
    const name = document[key];
    if (typeof name !== 'string' || !NAME.test(name))
      throw new Invalid([key], 'a word of letters, digits, ".", "_", "+", "-" is needed, at most 128');
  }
  const { modules } = document;
  const areModules = Array.isArray(modules) && modules.every((module) => typeof module === 'string');
  if (modules !== undefined && !areModules) throw new Invalid(['modules'], 'a list of text is needed');
  const checker = new FieldChecker();
  for (const [section, types] of Object.entries(mapAt(document.components, ['components']))) {
    if (!Object.hasOwn(COMPONENT_SECTIONS, section))
      throw new Invalid(['components', section], `no section; there are ${Object.keys(COMPONENT_SECTIONS)}`);
    for (const [type, schema] of Object.entries(mapAt(types, ['components', section])))
      checker.check(schema, ['components', section, type]);
  }
  if (document.service !== undefined) checker.check(document.service, ['service']);
}

class FieldChecker {
  #fields = 0;

  check(value: unknown, path: readonly string[]): void {
    this.#fields += 1;
    if (this.#fields > MAX_SCHEMA_FIELDS) throw new Invalid(path, `more than ${MAX_SCHEMA_FIELDS} fields`);
    if (path.length > 2 * MAX_SCHEMA_DEPTH)
      throw new Invalid(path.slice(0, 8), `nested more than ${MAX_SCHEMA_DEPTH} levels deep`);
    for (const [key, part] of Object.entries(mapAt(value, path))) this.#checkKey(key, part, [...path, key]);
  }

  #checkKey(key: string, part: unknown, path: readonly string[]): void {
    switch (key) {
      case 'type': {
        const types: unknown[] = Array.isArray(part) ? part : [part];
        if (types.length === 0 || !types.every((type) => (FIELD_TYPES as readonly unknown[]).includes(type)))
          throw new Invalid(path, `one or several of ${FIELD_TYPES.join(', ')} are needed`);
        return;
      }
      case 'description':
      case 'format':
        if (typeof part !== 'string') throw new Invalid(path, 'text is needed');
        return;
      case 'deprecated':
      case 'x-ignore-case':
      case 'x-unchecked':
        if (typeof part !== 'boolean') throw new Invalid(path, 'true or false is needed');
        return;
      case 'enum':
        if (!Array.isArray(part)) throw new Invalid(path, 'a list is needed');
        return;
      case '$ref':
        if (typeof part !== 'string' || !part.startsWith('#/$defs/'))
          throw new Invalid(path, 'only "#/$defs/<name>" of the same component is understood');
        return;
      case 'items':
        this.check(part, path);
        return;
      case 'additionalProperties':
        if (typeof part !== 'boolean') this.check(part, path);
        return;
      case 'properties':
      case '$defs':
        for (const [name, schema] of Object.entries(mapAt(part, path))) this.check(schema, [...path, name]);
        return;
      case 'default':
        return;
      default:
        // Other words only describe, but one that would narrow what is taken must not be passed over.
        if (!key.startsWith('x-') && !DESCRIBING.includes(key))
          throw new Invalid(path, `"${key}" is no word of the part of JSON Schema that is understood`);
    }
  }
}

const DESCRIBING: readonly string[] = ['$schema', '$id', '$comment', 'title', 'examples'];

function mapAt(value: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Invalid(path, 'an object is needed');
  return value as Readonly<Record<string, unknown>>;
}
