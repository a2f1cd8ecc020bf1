import { plainOrQuoted, valueText } from './complete-value.ts';
import type { Completion, EditorKnowledge } from './completion-context.ts';
import type { FieldSchema } from './component-schemas.ts';
import type { CursorPlace } from './cursor-place.ts';
import { type KeyShape, knownKeys } from './known-keys.ts';
import type { OutlineEntry } from './outline-flow.ts';
import { isComponentSection, schemaAt, typesOf, typeWords } from './schema-path.ts';
import { COMPONENT_SECTIONS, type ComponentSection } from './sections.ts';

const STEP = '  ';

/** The keys that may stand here and do not yet. */
export function completeKey(
  place: CursorPlace,
  siblings: readonly OutlineEntry[],
  knowledge: EditorKnowledge,
): readonly Completion[] {
  const taken = new Set(siblings.map(({ path }) => path.at(-1)));
  const [section] = place.path;
  if (place.path.length === 1 && isComponentSection(section))
    return completeComponent(section, place, taken, knowledge);
  const own = knownKeys(place.path);
  if (own !== undefined)
    return own
      .filter(([key]) => !taken.has(key))
      .map(([key, shape, description]) => keyCompletion(key, shape, description, place));
  const at = knowledge.schemas === undefined ? undefined : schemaAt(knowledge.schemas, place.path);
  if (at?.kind !== 'field') return [];
  const holder = at.schema;
  // The first line below a list's key: what its entries hold, behind a dash.
  const isList = typesOf(holder).includes('array') && holder.properties === undefined;
  const isItemMap = isList && place.kind === 'key' && !place.isFlow;
  const itemSchema =
    isItemMap && knowledge.schemas !== undefined
      ? schemaAt(knowledge.schemas, [...place.path, 0])
      : undefined;
  const properties = itemSchema?.kind === 'field' ? itemSchema.schema.properties : holder.properties;
  const dash = isItemMap ? '- ' : '';
  return Object.keys(properties ?? {})
    .filter((key) => !taken.has(key))
    .map((key) => {
      const path = isItemMap ? [...place.path, 0, key] : [...place.path, key];
      const field = knowledge.schemas === undefined ? undefined : schemaAt(knowledge.schemas, path);
      const schema: FieldSchema = field?.kind === 'field' ? field.schema : {};
      const completion = keyCompletion(key, shapeOf(schema), schema.description ?? '', place, dash.length);
      return {
        ...completion,
        detail: detailOf(schema),
        isDeprecated: schema.deprecated ?? false,
        insert: `${dash}${completion.insert}`,
      };
    });
}

function completeComponent(
  section: ComponentSection,
  place: CursorPlace,
  taken: ReadonlySet<string | number | undefined>,
  { schemas, components }: EditorKnowledge,
): readonly Completion[] {
  const described: Readonly<Record<string, FieldSchema>> = schemas?.components[section] ?? {};
  const types = new Set([...(components?.[section] ?? []), ...Object.keys(described)]);
  return [...types].toSorted().map((type) => {
    const schema = Object.hasOwn(described, type) ? described[type] : undefined;
    const id = freeId(type, taken);
    return {
      ...keyCompletion(id, 'map', schema?.description ?? '', place),
      kind: 'component',
      detail:
        schema === undefined ? `${COMPONENT_SECTIONS[section]}, no schema` : COMPONENT_SECTIONS[section],
      isDeprecated: schema?.deprecated ?? false,
    };
  });
}

/** `otlp`, or `otlp/2` where there is one already. */
function freeId(type: string, taken: ReadonlySet<string | number | undefined>): string {
  if (!taken.has(type)) return type;
  for (let number = 2; ; number += 1) if (!taken.has(`${type}/${number}`)) return `${type}/${number}`;
}

function keyCompletion(
  key: string,
  shape: KeyShape,
  description: string,
  place: CursorPlace,
  further = 0,
): Completion {
  const below = `\n${' '.repeat(place.column + further)}${STEP}`;
  const behind = place.isFlow || shape === 'word' ? ': ' : shape === 'map' ? `:${below}` : `:${below}- `;
  return {
    label: key,
    kind: place.path.length === 0 ? 'section' : 'key',
    detail: '',
    description,
    isDeprecated: false,
    insert: `${plainOrQuoted(key)}${behind}`,
  };
}

function shapeOf(schema: FieldSchema): KeyShape {
  const types = typesOf(schema).filter((type) => type !== 'null');
  if (types[0] === 'object') return 'map';
  return types.length === 1 && types[0] === 'array' ? 'list' : 'word';
}

function detailOf(schema: FieldSchema): string {
  const initial = schema.default === undefined ? '' : valueText(schema.default);
  return [typeWords(schema), ...(initial === '' ? [] : [`default ${initial}`])].join(', ');
}
