import { toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AgentToServerSchema,
  AvailableComponentsSchema,
  ComponentHealthSchema,
  ServerToAgentSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import { arbitraryMessage } from '../testing/arbitrary-message.ts';
import { nestedHealth } from '../testing/nested-health.ts';
import { decodeMessage } from './codec.ts';
import { findFault } from './validate.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

describe('the check without decoding', () => {
  test.each([AgentToServerSchema, ServerToAgentSchema, AvailableComponentsSchema])(
    'takes every message of $name',
    (schema) => {
      fc.assert(
        fc.property(arbitraryMessage(schema), (message) => {
          expect(findFault(schema, toBinary(schema, message))).toBeUndefined();
        }),
        { numRuns: 200 },
      );
    },
  );

  test('takes and refuses the same depths as the generic decoder', () => {
    for (let depth = 95; depth < 105; depth++) {
      const message = nestedHealth(depth);
      const isTaken = decodeMessage(AgentToServerSchema, message).kind === 'message';
      expect(findFault(AgentToServerSchema, message) === undefined, String(depth)).toBe(isTaken);
    }
  });

  test('skips unknown fields of every wire type', () => {
    expect(
      findFault(ComponentHealthSchema, bytes('a00601a1060000000000000000a20601ffa50600000000a3060801a406')),
    ).toBeUndefined();
  });

  test.each([
    ['a truncated tag', '80'],
    ['field number 0', '0001'],
    ['a truncated number', '0880'],
    ['a number of eleven bytes', '08ffffffffffffffffffff01'],
    ['a field that is longer than the message', '1a0541'],
    ['text that is not UTF-8', '1a02c328'],
    ['a child that runs over its end', '32060a016112040a01'],
    ['a known field of another wire type', '1801'],
    ['a group that does not end', 'a30608'],
    ['the end of a group that did not begin', 'a406'],
  ])('refuses %s', (_what, hex) => {
    expect(findFault(ComponentHealthSchema, bytes(hex))).toMatch(/ at byte \d+$/);
  });
});
