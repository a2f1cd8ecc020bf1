import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { AnyValueSchema, KeyValueListSchema, KeyValueSchema } from '../gen/opamp/v1/anyvalue_pb.ts';
import {
  type Attributes,
  type AttributeValue,
  attributesFromKeyValues,
  attributesToKeyValues,
} from './attributes.ts';

function overTheWire(attributes: Attributes): Attributes {
  const list = create(KeyValueListSchema, { values: attributesToKeyValues(attributes) });
  return attributesFromKeyValues(fromBinary(KeyValueListSchema, toBinary(KeyValueListSchema, list)).values);
}

test('every kind of value keeps its kind', () => {
  const attributes = {
    text: 'x',
    yes: true,
    largest: 2n ** 63n - 1n,
    smallest: -(2n ** 63n),
    double: 1.5,
    whole: 2,
    bytes: Uint8Array.of(255, 0),
    nothing: null,
    list: ['a', 1n, null, ['b']],
    map: { inner: { deeper: false } },
  };
  expect(Object.entries(overTheWire(attributes)).map(([key]) => key)).toEqual(Object.keys(attributes));
  const result = overTheWire(attributes);
  expect(result.largest).toBe(attributes.largest);
  expect(result.whole).toBe(2);
  expect(result.bytes).toEqual(attributes.bytes);
  expect(result.list).toEqual(attributes.list);
  expect(result.nothing).toBeNull();
  expect(structuredClone(result.map)).toEqual(attributes.map);
});

test('keys that name parts of an object are just keys', () => {
  const attributes: Attributes = JSON.parse('{"__proto__": "x", "constructor": "y", "": "z"}');
  const result = overTheWire(attributes);
  expect(Object.keys(result)).toEqual(['__proto__', 'constructor', '']);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('of a repeated key the last wins', () => {
  const pair = (value: string) =>
    create(KeyValueSchema, {
      key: 'k',
      value: create(AnyValueSchema, { value: { case: 'stringValue', value } }),
    });
  expect(attributesFromKeyValues([pair('first'), pair('last')]).k).toBe('last');
});

test('values nested too deep for a decoder are refused when they are made', () => {
  let value: AttributeValue = 'bottom';
  for (let depth = 0; depth < 100; depth++) value = [value];
  expect(() => attributesToKeyValues({ deep: value })).toThrow(RangeError);
});

test('the deepest value that can be made is accepted by the decoder', () => {
  let value: AttributeValue = 'bottom';
  for (let depth = 0; depth < 30; depth++) value = { inner: value };
  expect(overTheWire({ deep: value }).deep).toBeDefined();
});
