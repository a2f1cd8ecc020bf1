import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentDescriptionSchema, type AgentToServer, AgentToServerSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { arbitraryMessage } from '../testing/arbitrary-message.ts';
import { ONE_SHOTS, PARTS } from './parts.ts';
import { AgentMessageScanner } from './scan.ts';

const RUNS = { numRuns: 300 };
const NESTED = [...PARTS, ...ONE_SHOTS];

function number64(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** What the scanner saw must be what the generated decoder sees. */
function expectSame(scanner: AgentMessageScanner, message: AgentToServer): void {
  expect(new Uint8Array(scanner.uid())).toEqual(new Uint8Array(message.instanceUid));
  expect(number64(scanner.sequenceLow, scanner.sequenceHigh)).toBe(message.sequenceNum);
  expect(number64(scanner.capabilitiesLow, scanner.capabilitiesHigh)).toBe(message.capabilities);
  expect(BigInt(scanner.flags)).toBe(BigInt.asUintN(32, message.flags));
  expect(scanner.has(9)).toBe(message.agentDisconnect !== undefined);
  const reflected = message as unknown as Record<string, unknown>;
  for (const { field, schema } of NESTED) {
    const local = AgentToServerSchema.fields.find(({ number }) => number === field)?.localName ?? '';
    expect(scanner.has(field)).toBe(reflected[local] !== undefined);
    if (scanner.has(field)) expect(fromBinary(schema, scanner.slice(field))).toEqual(reflected[local]);
  }
}

describe('the scanner against the generated decoder', () => {
  test('agrees on every valid message', () => {
    const scanner = new AgentMessageScanner();
    fc.assert(
      fc.property(arbitraryMessage(AgentToServerSchema), fc.nat(5), (message, from) => {
        const bytes = Buffer.concat([Buffer.alloc(from, 0xff), toBinary(AgentToServerSchema, message)]);
        expect(scanner.scan(bytes, from)).toBeUndefined();
        expectSame(scanner, fromBinary(AgentToServerSchema, bytes.subarray(from)));
      }),
      RUNS,
    );
  });

  test('agrees on messages put behind each other, which protobuf merges', () => {
    const scanner = new AgentMessageScanner();
    const messages = arbitraryMessage(AgentToServerSchema);
    fc.assert(
      fc.property(messages, messages, (first, second) => {
        const bytes = new Uint8Array(
          Buffer.concat([toBinary(AgentToServerSchema, first), toBinary(AgentToServerSchema, second)]),
        );
        expect(scanner.scan(bytes, 0)).toBeUndefined();
        expectSame(scanner, fromBinary(AgentToServerSchema, bytes));
      }),
      RUNS,
    );
  });

  test('never takes mutated bytes for something that the decoder reads otherwise', () => {
    const scanner = new AgentMessageScanner();
    const mutations = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(arbitraryMessage(AgentToServerSchema), mutations, fc.nat(), (message, changes, cut) => {
        const whole = toBinary(AgentToServerSchema, message);
        const bytes = Uint8Array.from(whole.subarray(0, whole.length - (cut % 3)));
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        if (scanner.scan(bytes, 0) !== undefined || hasForeignWireType(bytes)) return;
        const parts = NESTED.filter(({ field }) => scanner.has(field));
        const areValid = parts.every(({ field, schema }) => isDecodable(schema, scanner.slice(field)));
        if (areValid && isDecodable(AgentToServerSchema, bytes)) {
          expectSame(scanner, fromBinary(AgentToServerSchema, bytes));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads any bytes without throwing', () => {
    const scanner = new AgentMessageScanner();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        scanner.scan(bytes, 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what the scanner refuses', () => {
  const scanner = new AgentMessageScanner();
  const scanHex = (text: string) => scanner.scan(Buffer.from(text, 'hex'), 0);

  test.each([
    ['a truncated tag', '80'],
    ['a truncated varint', '1080'],
    ['a varint of eleven bytes', `10${'80'.repeat(10)}01`],
    ['a length beyond the end', '0a10ff'],
    ['a length beyond 32 bits', '0affffffffff7f'],
    ['field number 0', '0000'],
    ['an end of group without start', '9c06'],
    ['a group that does not end', '9b06'],
    ['a group within groups without end', '9b06'.repeat(200)],
    ['an unknown wire type', '0e'],
  ])('%s', (_name, bytes) => {
    expect(scanHex(bytes)).toBeTypeOf('string');
  });

  test('unknown fields are none of it', () => {
    const bytes = new BinaryWriter()
      .tag(200, WireType.StartGroup)
      .tag(1, WireType.LengthDelimited)
      .string('inside')
      .tag(200, WireType.EndGroup)
      .tag(201, WireType.Bit32)
      .fixed32(1)
      .tag(2, WireType.Varint)
      .uint64(7n)
      .finish();
    expect(scanner.scan(bytes, 0)).toBeUndefined();
    expect(scanner.sequenceLow).toBe(7);
  });

  test('what an earlier message merged is not in the next', () => {
    const description = toBinary(
      AgentToServerSchema,
      create(AgentToServerSchema, { agentDescription: create(AgentDescriptionSchema) }),
    );
    expect(scanner.scan(Buffer.concat([description, description]), 0)).toBeUndefined();
    expect(scanner.scan(description, 0)).toBeUndefined();
    expect(scanner.slice(3)).toHaveLength(0);
    expect(scanHex('')).toBeUndefined();
    expect(scanner.has(3)).toBe(false);
  });
});

/** protobuf-es reads a known field of a foreign wire type as if it were its own; protobuf says to skip it, as we do. */
function hasForeignWireType(bytes: Uint8Array): boolean {
  const wireTypes = new Map(
    AgentToServerSchema.fields.map((field) => [
      field.number,
      field.fieldKind === 'message' || field.number === 1 ? 2 : 0,
    ]),
  );
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (position < bytes.length) {
    const tag = varint();
    const wireType = tag % 8;
    const own = wireTypes.get(Math.floor(tag / 8));
    if ((own !== undefined && own !== wireType) || wireType === 3) return true;
    if (wireType === 0) varint();
    else if (wireType === 1) position += 8;
    else if (wireType === 5) position += 4;
    else {
      const length = varint();
      position += length;
    }
  }
  return false;
}

function isDecodable(schema: Parameters<typeof fromBinary>[0], bytes: Uint8Array): boolean {
  try {
    fromBinary(schema, bytes);
    return true;
  } catch {
    return false;
  }
}
