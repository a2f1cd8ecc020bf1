import { readFileSync } from 'node:fs';
import { type DescField, ScalarType } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { file_opamp_v1_anyvalue } from '../gen/opamp/v1/anyvalue_pb.ts';
import { file_opamp_v1_opamp } from '../gen/opamp/v1/opamp_pb.ts';

/** Every field and enum value as `Message.field = number type`. What is on the wire of a released version is never changed, only added to. */
function schemaLines(): string[] {
  const messages = [...file_opamp_v1_opamp.messages, ...file_opamp_v1_anyvalue.messages];
  const enums = [...file_opamp_v1_opamp.enums, ...file_opamp_v1_anyvalue.enums];
  return [
    ...messages.flatMap((message) =>
      message.fields.map((field) => `${message.name}.${field.name} = ${field.number} ${typeOf(field)}`),
    ),
    ...enums.flatMap((each) => each.values.map(({ name, number }) => `${each.name}.${name} = ${number}`)),
  ];
}

function typeOf(field: DescField): string {
  const oneof = field.oneof === undefined ? '' : ` in ${field.oneof.name}`;
  switch (field.fieldKind) {
    case 'scalar':
      return `${ScalarType[field.scalar]?.toLowerCase()}${oneof}`;
    case 'enum':
      return `${field.enum.name}${oneof}`;
    case 'message':
      return `${field.message.name}${oneof}`;
    case 'list':
      return `list of ${field.listKind === 'message' ? field.message.name : 'scalar'}`;
    case 'map':
      return `map to ${field.mapKind === 'message' ? field.message.name : 'scalar'}`;
  }
}

test('every field and value of the released schema keeps its name, number and type', () => {
  const released = readFileSync(
    new URL('../../../../tests/vectors/opamp-schema.txt', import.meta.url),
    'utf8',
  ).trimEnd();
  const now = new Set(schemaLines());
  expect(released.split('\n').filter((line) => !now.has(line))).toEqual([]);
  expect(released.split('\n').length).toBeGreaterThanOrEqual(135 + 49);
});
