import { valueText } from './complete-value.ts';
import type { EditorKnowledge } from './completion-context.ts';
import { componentType } from './component-id.ts';
import type { ConfigPath } from './config-data.ts';
import { knownKeys } from './known-keys.ts';
import { entryAt, readOutline } from './outline.ts';
import { MAX_CONFIG_BYTES } from './parse.ts';
import { isComponentSection, schemaAt, typesOf, typeWords } from './schema-path.ts';
import { COMPONENT_SECTIONS } from './sections.ts';

/** What is known of the word under the pointer, which reaches from `from` to `to`. */
export type Hover = {
  readonly from: number;
  readonly to: number;
  /** As the Collector writes paths: `receivers::otlp::protocols`. */
  readonly path: string;
  /** Its type in words; empty where it has none of its own. */
  readonly type: string;
  /** The default as YAML would have it in one line; undefined where there is none. */
  readonly default: string | undefined;
  /** The words that it may be. */
  readonly oneOf: readonly string[];
  readonly description: string;
  readonly isDeprecated: boolean;
  /** `unchecked`: no schema is known here. `absent`: the schema has no such key. */
  readonly state: 'known' | 'unchecked' | 'absent';
};

/** What is known of the key, component or value at an offset; undefined where there is none of these. Never throws. */
export function hoverAt(text: string, offset: number, knowledge: EditorKnowledge = {}): Hover | undefined {
  if (text.length > MAX_CONFIG_BYTES) return undefined;
  const entry = entryAt(text, readOutline(text), offset);
  if (entry === undefined) return undefined;
  const { path, value } = entry;
  const isIn = (from: number, to: number) => offset >= from && offset <= to;
  const range = isIn(entry.from, entry.to)
    ? { from: entry.from, to: entry.to }
    : value !== undefined && isIn(value.from, value.to)
      ? { from: value.from, to: value.to }
      : undefined;
  if (range === undefined) return undefined;
  const about = usedComponent(path, value?.text) ?? path;
  const place = { ...NOTHING, ...range, path: about.join('::') };
  const known = knownKeys(path.slice(0, -1))?.find(([key]) => key === path.at(-1));
  const schema = knowledge.schemas === undefined ? undefined : schemaAt(knowledge.schemas, about);
  if (schema?.kind === 'field') {
    const { schema: field } = schema;
    const isComponent = about.length === 2 && isComponentSection(about[0]);
    return {
      ...place,
      type: isComponent ? COMPONENT_SECTIONS[about[0] as keyof typeof COMPONENT_SECTIONS] : typeWords(field),
      default: field.default === undefined ? undefined : valueText(field.default),
      oneOf: (field.enum ?? []).filter((word) => typeof word === 'string' && word !== '').map(String),
      description: known?.[2] ?? field.description ?? '',
      isDeprecated: field.deprecated ?? false,
      state: typesOf(field).length === 0 && field['x-unchecked'] === true ? 'unchecked' : 'known',
    };
  }
  if (known !== undefined) return { ...place, description: known[2], state: 'known' };
  if (isPipelinePart(path)) return undefined;
  if (schema?.kind === 'absent') return { ...place, state: 'absent' };
  return isComponentSection(about[0]) || about[0] === 'service'
    ? { ...place, type: kindOf(about) }
    : undefined;
}

const NOTHING = {
  type: '',
  default: undefined,
  oneOf: [],
  description: '',
  isDeprecated: false,
  state: 'unchecked',
} as const;

/** The place where the component is configured that a pipeline or `service::extensions` names. */
function usedComponent(path: ConfigPath, word: string | undefined): ConfigPath | undefined {
  const [service, part, , role] = path;
  if (service !== 'service' || word === undefined) return undefined;
  if (part === 'extensions' && path.length === 3) return ['extensions', word];
  if (part !== 'pipelines' || path.length !== 5 || typeof role !== 'string') return undefined;
  return isComponentSection(role) ? [role, word] : undefined;
}

/** Names of pipelines and the lists of ids in them say themselves what they are. */
function isPipelinePart([service, part]: ConfigPath): boolean {
  return service === 'service' && (part === 'pipelines' || part === 'extensions');
}

function kindOf([section, id, ...rest]: ConfigPath): string {
  if (!isComponentSection(section) || typeof id !== 'string' || rest.length > 0) return '';
  return `${COMPONENT_SECTIONS[section]} ${componentType(id)}`;
}
