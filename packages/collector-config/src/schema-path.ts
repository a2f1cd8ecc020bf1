import { componentType } from './component-id.ts';
import type { ComponentSchemas, FieldSchema, FieldType } from './component-schemas.ts';
import type { ConfigPath } from './config-data.ts';
import { COMPONENT_SECTIONS, type ComponentSection } from './sections.ts';

/** Schemas may refer to each other in a circle; so many steps are followed. */
const MAX_REFERENCES = 16;

/** What schemas know of a place. */
export type SchemaPlace =
  /** The schema of the setting, and whether more keys than its own may stand there. */
  | { readonly kind: 'field'; readonly schema: FieldSchema }
  /** No schema is known for the component, or for this part of it. */
  | { readonly kind: 'unknown' }
  /** The schema has no such key. */
  | { readonly kind: 'absent' };

/** The schema at a path such as `receivers::otlp::protocols::grpc`, or `service::telemetry::logs`. */
export function schemaAt(schemas: ComponentSchemas, path: ConfigPath): SchemaPlace {
  const [section, id, ...steps] = path;
  if (section === 'service') {
    return id === undefined || schemas.service === undefined
      ? { kind: 'unknown' }
      : follow(schemas.service, [id, ...steps]);
  }
  if (!isComponentSection(section) || typeof id !== 'string') return { kind: 'unknown' };
  const types = schemas.components[section] ?? {};
  const type = componentType(id);
  const schema = Object.hasOwn(types, type) ? types[type] : undefined;
  return schema === undefined ? { kind: 'unknown' } : follow(schema, steps);
}

function follow(root: FieldSchema, steps: ConfigPath): SchemaPlace {
  let at = resolve(root, root);
  for (const step of steps) {
    if (at === undefined) return { kind: 'unknown' };
    const next = typeof step === 'number' ? at.items : keyOf(at, step);
    if (next === undefined)
      return at['x-unchecked'] || isOpen(at, step) ? { kind: 'unknown' } : { kind: 'absent' };
    at = resolve(next, root);
  }
  return at === undefined ? { kind: 'unknown' } : { kind: 'field', schema: at };
}

function keyOf(schema: FieldSchema, key: string): FieldSchema | undefined {
  const { properties = {}, additionalProperties: more } = schema;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof more === 'object' ? more : undefined;
}

function isOpen({ type, additionalProperties }: FieldSchema, step: string | number): boolean {
  if (typeof step === 'number') return true;
  return type === undefined || additionalProperties === true;
}

function resolve(schema: FieldSchema, root: FieldSchema): FieldSchema | undefined {
  let at: FieldSchema | undefined = schema;
  for (let steps = 0; at?.$ref !== undefined; steps += 1) {
    if (steps >= MAX_REFERENCES) return undefined;
    const name = at.$ref.slice('#/$defs/'.length);
    const definitions: { readonly [name: string]: FieldSchema } = root.$defs ?? {};
    const { description }: FieldSchema = at;
    const target: FieldSchema | undefined = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    at = target && description !== undefined ? { ...target, description } : target;
  }
  return at;
}

export function typesOf({ type }: FieldSchema): readonly FieldType[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** The type of a setting in a few words: `duration`, `list of text`, `"gzip" or "none"`. */
export function typeWords(schema: FieldSchema): string {
  if (schema.format === 'duration') return 'duration';
  const words = typesOf(schema)
    .filter((type) => type !== 'null')
    .map((type) => TYPE_WORDS[type]);
  const list = words.join(' or ');
  return list === '' ? 'anything' : list;
}

const TYPE_WORDS: Readonly<Record<FieldType, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  array: 'list',
  object: 'map',
  null: 'nothing',
};

export function isComponentSection(section: unknown): section is ComponentSection {
  return typeof section === 'string' && Object.hasOwn(COMPONENT_SECTIONS, section);
}
