import { readFileSync } from 'node:fs';
import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { file_opamp_v1_anyvalue } from '../gen/opamp/v1/anyvalue_pb.ts';
import { file_opamp_v1_opamp } from '../gen/opamp/v1/opamp_pb.ts';
import { frame, unframe } from './frame.ts';

interface GoldenVector {
  readonly id: string;
  readonly message: string;
  readonly about: string;
  readonly json: JsonValue;
  readonly hex: string;
}

const path = new URL('../../../../tests/vectors/opamp-golden.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: readonly GoldenVector[] };
const schemas = new Map<string, DescMessage>(
  [...file_opamp_v1_opamp.messages, ...file_opamp_v1_anyvalue.messages].map((schema) => [
    schema.name,
    schema,
  ]),
);

function schemaOf(vector: GoldenVector): DescMessage {
  const schema = schemas.get(vector.message);
  if (schema === undefined) throw new Error(`no message ${vector.message}`);
  return schema;
}

test('all sixteen golden vectors are there', () => {
  expect(new Set(vectors.map(({ id }) => Number.parseInt(id, 10))).size).toBe(16);
});

describe.each(vectors)('golden vector $id, $message: $about', (vector) => {
  const bytes = new Uint8Array(Buffer.from(vector.hex, 'hex'));

  test('encodes to the very bytes', () => {
    const encoded = toBinary(schemaOf(vector), fromJson(schemaOf(vector), vector.json));
    expect(Buffer.from(encoded).toString('hex')).toBe(vector.hex);
  });

  test('decodes to the content', () => {
    const schema = schemaOf(vector);
    expect(toJson(schema, fromBinary(schema, bytes))).toEqual(vector.json);
  });

  test('is framed by one zero byte', () => {
    expect(Buffer.from(frame(bytes)).toString('hex')).toBe(`00${vector.hex}`);
    expect(unframe(frame(bytes), 1024)).toEqual({ kind: 'message', body: bytes });
  });
});
