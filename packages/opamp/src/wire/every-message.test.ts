import { equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { file_opamp_v1_anyvalue } from '../gen/opamp/v1/anyvalue_pb.ts';
import { file_opamp_v1_opamp } from '../gen/opamp/v1/opamp_pb.ts';
import { arbitraryMessage } from '../testing/arbitrary-message.ts';
import { decodeMessage } from './codec.ts';

const schemas = [...file_opamp_v1_opamp.messages, ...file_opamp_v1_anyvalue.messages];
const RUNS = { numRuns: 40 };

test('the schema has every message of the specification', () => {
  expect(schemas).toHaveLength(41);
});

describe.each(schemas.map((schema) => ({ name: schema.name, schema })))('$name', ({ schema }) => {
  const messages = arbitraryMessage(schema);

  test('survives the wire', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const decoded = fromBinary(schema, toBinary(schema, message));
        expect(equals(schema, decoded, message)).toBe(true);
      }),
      RUNS,
    );
  });

  test('truncated anywhere is decoded or refused, and never throws', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, cut) => {
        const bytes = toBinary(schema, message);
        const decoded = decodeMessage(schema, bytes.subarray(0, cut % (bytes.length + 1)));
        expect(['message', 'bad_message']).toContain(decoded.kind);
      }),
      RUNS,
    );
  });

  test('random bytes are decoded or refused, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(['message', 'bad_message']).toContain(decodeMessage(schema, bytes).kind);
      }),
      RUNS,
    );
  });

  test('unknown fields of every wire type are skipped and kept', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const unknown = new BinaryWriter()
          .tag(99, WireType.Varint)
          .uint64(2n ** 64n - 1n)
          .tag(100, WireType.Bit64)
          .fixed64(7n)
          .tag(101, WireType.LengthDelimited)
          .string('later')
          .tag(102, WireType.Bit32)
          .fixed32(8)
          .finish();
        const bytes = Buffer.concat([toBinary(schema, message), unknown]);
        const decoded = decodeMessage(schema, bytes);
        if (decoded.kind !== 'message') throw new Error(decoded.detail);
        expect(decoded.message.$unknown?.map(({ no }) => no)).toEqual([99, 100, 101, 102]);
        expect(equals(schema, decoded.message, message)).toBe(true);
      }),
      RUNS,
    );
  });
});
