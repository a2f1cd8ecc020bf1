import type { FieldSchema, FieldType } from './component-schemas.ts';
import { type ConfigValue, isConfigList, isConfigMap } from './config-data.ts';
import { isExpandedLater, kindOf } from './kind-of.ts';
import { didYouMean } from './suggest.ts';

/** A duration as Go writes them. */
const GO_DURATION = /^[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const MAX_NAMED = 12;
const MAX_QUOTED_CHARS = 60;

const WORDS: Readonly<Record<FieldType, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
};

/** The types that a schema allows; none where it allows all. */
export function typesOf({ type }: FieldSchema): readonly FieldType[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/**
 * What is wrong with a value by itself, or undefined: its type by the Collector's reading (no number for text, no text
 * for a number, any number for a whole one or a duration), a duration's form, the words of an enum. Null and what is
 * filled in later are always well.
 */
export function valueProblem(schema: FieldSchema, value: ConfigValue): string | undefined {
  if (value === null || isExpandedLater(value)) return undefined;
  const types = typesOf(schema);
  const isDuration = schema.format === 'duration' && types.includes('string');
  if (isDuration && (typeof value === 'number' || typeof value === 'bigint')) return undefined;
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    const needed = isDuration
      ? 'a duration such as 10s or 1m30s'
      : types.map((type) => WORDS[type]).join(' or ');
    return `has to be ${needed}, not ${quoted(value)}`;
  }
  if (typeof value !== 'string') return undefined;
  if (isDuration && !GO_DURATION.test(value))
    return `${quoted(value)} is not a duration; write a number with ns, us, ms, s, m or h, such as 10s or 1m30s`;
  return enumProblem(schema, value);
}

function enumProblem(schema: FieldSchema, value: string): string | undefined {
  const words = schema.enum?.filter((word) => typeof word === 'string') ?? [];
  if (words.length === 0) return undefined;
  const given = schema['x-ignore-case'] === true ? value.toLowerCase() : value;
  const isTaken = words.some(
    (word) => (schema['x-ignore-case'] === true ? word.toLowerCase() : word) === given,
  );
  if (isTaken) return undefined;
  const named = words.filter((word) => word !== '');
  const more = named.length > MAX_NAMED ? `, and ${named.length - MAX_NAMED} more` : '';
  return `${quoted(value)} is not one of ${named.slice(0, MAX_NAMED).join(', ')}${more}${didYouMean(value, named)}`;
}

function isOfType(value: ConfigValue, type: FieldType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return isConfigList(value);
    case 'object':
      return isConfigMap(value);
    case 'null':
      return value === null;
  }
}

function quoted(value: ConfigValue): string {
  if (typeof value !== 'string') return kindOf(value);
  const shown = value.length > MAX_QUOTED_CHARS ? `${value.slice(0, MAX_QUOTED_CHARS)}…` : value;
  return `the text ${JSON.stringify(shown)}`;
}
