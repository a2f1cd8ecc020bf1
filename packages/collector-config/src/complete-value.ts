import type { Completion, EditorKnowledge } from './completion-context.ts';
import type { FieldSchema } from './component-schemas.ts';
import type { CursorPlace } from './cursor-place.ts';
import { schemaAt, typesOf } from './schema-path.ts';

/** The words that may be the value here. */
export function completeValue(place: CursorPlace, knowledge: EditorKnowledge): readonly Completion[] {
  const at = knowledge.schemas === undefined ? undefined : schemaAt(knowledge.schemas, place.path);
  if (at?.kind !== 'field') return [];
  const { schema } = at;
  const words = new Map<string, Pick<Completion, 'detail' | 'insert'>>();
  const add = (label: string, insert: string, detail = '') => {
    if (label !== '' && !words.has(label)) words.set(label, { insert, detail });
  };
  const { default: initial } = schema;
  if (initial !== undefined) {
    const text = valueText(initial);
    add(text, typeof initial === 'string' ? plainOrQuoted(text) : text, 'default');
  }
  if (typesOf(schema).includes('boolean')) for (const word of ['true', 'false']) add(word, word);
  for (const word of enumWords(schema)) add(word, plainOrQuoted(word));
  return [...words].map(([label, { insert, detail }]) => ({
    label,
    kind: 'value',
    detail,
    description: schema.description ?? '',
    isDeprecated: false,
    insert,
  }));
}

/** The words of an enumeration, each once where capitals do not matter. */
function enumWords(schema: FieldSchema): readonly string[] {
  const words = (schema.enum ?? []).filter((word): word is string => typeof word === 'string' && word !== '');
  if (schema['x-ignore-case'] !== true) return words;
  return words.filter((word) => word === word.toLowerCase() || !words.includes(word.toLowerCase()));
}

/** A default in one line; empty for nothing. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** YAML would read these as something else than text. */
const NO_TEXT = /^(?:null|~|true|false|yes|no|on|off|[-+]?[.\d][\d_.a-f]*|0[xob]\w*)$/i;
const PLAIN = /^[A-Za-z0-9_./](?:[^#:,[\]{}\s]|:(?=\S)| (?=[^#\s]))*$/;

/** A text as YAML, in quotes where it needs them. */
export function plainOrQuoted(text: string): string {
  return PLAIN.test(text) && !NO_TEXT.test(text) ? text : JSON.stringify(text);
}
