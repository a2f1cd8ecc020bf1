/** Random messages of any schema, for property tests. */
import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  ScalarType,
} from '@bufbuild/protobuf';
import fc from 'fast-check';

const MAX_DEPTH = 4;

/** Any message of the schema, with any of its fields; recursive ones end after a few levels. */
export function arbitraryMessage<Desc extends DescMessage>(
  schema: Desc,
  depth = 0,
): fc.Arbitrary<MessageShape<Desc>> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of schema.members) {
    if (member.kind === 'oneof') {
      const cases = member.fields.map((field) =>
        fc.record({ case: fc.constant(field.localName), value: arbitraryField(field, depth) }),
      );
      members[member.localName] = fc.oneof(fc.constant({ case: undefined }), ...cases);
    } else members[member.localName] = fc.option(arbitraryField(member, depth), { nil: undefined });
  }
  return fc.record(members).map((init) => create(schema, withoutUndefined(init) as never));
}

function arbitraryField(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'scalar':
      return arbitraryScalar(field.scalar);
    case 'enum':
      return fc.oneof(fc.constantFrom(...field.enum.values.map((value) => value.number)), fc.constant(99));
    case 'message':
      return arbitraryChild(field.message, depth);
    case 'list':
      return fc.array(
        field.listKind === 'message'
          ? arbitraryChild(field.message, depth)
          : arbitraryScalar(ScalarType.STRING),
        { maxLength: 2 },
      );
    case 'map':
      return fc.dictionary(
        fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('', '__proto__', 'constructor')),
        field.mapKind === 'message'
          ? arbitraryChild(field.message, depth)
          : arbitraryScalar(ScalarType.STRING),
        { maxKeys: 2 },
      );
  }
}

function arbitraryChild(schema: DescMessage, depth: number): fc.Arbitrary<Message> {
  if (depth >= MAX_DEPTH) return fc.constant(create(schema));
  return fc.oneof(
    fc.constant(create(schema)),
    fc.constant(null).chain(() => arbitraryMessage(schema, depth + 1)),
  );
}

function arbitraryScalar(scalar: ScalarType): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return fc.string({ unit: 'grapheme', maxLength: 12 });
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 20 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return fc.double({ noNaN: true });
    case ScalarType.INT64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    default:
      throw new Error(`no field of the protocol has scalar type ${scalar}`);
  }
}

function withoutUndefined(init: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined));
}
