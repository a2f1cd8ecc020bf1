import { describe, expect, test } from 'vitest';
import { countComponents, MAX_SCHEMA_DEPTH, readComponentSchemas } from './component-schemas.ts';

const document = (schema: unknown, more: object = {}): unknown => ({
  distribution: 'otelcol',
  version: '0.149.0',
  components: { receivers: { otlp: schema } },
  ...more,
});
const problemOf = (value: unknown): string => {
  const read = readComponentSchemas(value);
  return read.kind === 'invalid' ? `${read.pointer}: ${read.problem}` : '';
};

describe('component schemas from outside', () => {
  test('are taken as they are where they are in the part of JSON Schema that is understood', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'OTLP',
      type: 'object',
      additionalProperties: false,
      $defs: { tls: { type: ['object', 'null'], additionalProperties: { type: 'string' } } },
      properties: { tls: { $ref: '#/$defs/tls' }, a: { enum: ['x'], default: 'x', 'x-ignore-case': true } },
      items: {},
      'x-made-by': 'acme',
    };
    const value = document(schema, { modules: ['a v1'], service: { type: 'object' } });
    const read = readComponentSchemas(value);
    expect(read).toEqual({ kind: 'schemas', schemas: value });
    expect(read.kind === 'schemas' && countComponents(read.schemas)).toBe(1);
  });

  test.each([
    [[], ': an object is needed'],
    [document({}, { more: 1 }), '/more: unknown'],
    [document({}, { distribution: 'a b' }), '/distribution: a word'],
    [document({}, { version: '' }), '/version: a word'],
    [document({}, { modules: [1] }), '/modules: a list of text'],
    [document({}, { components: { reciever: {} } }), '/components/reciever: no section'],
    [document('object'), '/components/receivers/otlp: an object is needed'],
    [document({ type: 'text' }), '/components/receivers/otlp/type: one or several of string'],
    [document({ type: [] }), '/components/receivers/otlp/type: one or several of string'],
    [document({ description: 1 }), '/components/receivers/otlp/description: text'],
    [document({ deprecated: 'yes' }), '/components/receivers/otlp/deprecated: true or false'],
    [document({ enum: 'a' }), '/components/receivers/otlp/enum: a list'],
    [document({ $ref: 'https://example.com' }), '/components/receivers/otlp/$ref: only "#/$defs/<name>"'],
    [
      document({ properties: { 'a/b': { items: 1 } } }),
      '/components/receivers/otlp/properties/a~1b/items: an',
    ],
    [document({ minimum: 1 }), '/components/receivers/otlp/minimum: "minimum" is no word of the part'],
    [document({ allOf: [{}] }), '/components/receivers/otlp/allOf: "allOf" is no word of the part'],
    [document({}, { service: 1 }), '/service: an object is needed'],
  ])('are refused with the place: %#', (value, problem) => {
    expect(problemOf(value)).toContain(problem);
  });

  test('are refused where they are nested too deep, however deep that is', () => {
    let schema: object = {};
    for (let level = 0; level < 50_000; level += 1) schema = { items: schema };
    expect(problemOf(document(schema))).toContain(`nested more than ${MAX_SCHEMA_DEPTH} levels deep`);
  });
});
