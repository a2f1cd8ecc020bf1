import { create } from '@bufbuild/protobuf';
import {
  type AnyValue,
  AnyValueSchema,
  ArrayValueSchema,
  type KeyValue,
  KeyValueListSchema,
  KeyValueSchema,
} from '../gen/opamp/v1/anyvalue_pb.ts';

/** Three messages nest for each level of an attribute value; the decoder takes 100 in all. */
const MAX_ATTRIBUTE_DEPTH = 30;

/** An attribute's value as data: the AnyValue kinds that JSON can hold, int64 as bigint, bytes as bytes. */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | Uint8Array
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/** Attributes by key. The object has no prototype, so that any key is just a key. */
export type Attributes = { readonly [key: string]: AttributeValue };

/**
 * Reads a list of key-values. Of a repeated key the last wins, as in a map. An int64 becomes a bigint, a double a
 * number, an unset value null. Bytes are views on the message.
 */
export function attributesFromKeyValues(keyValues: readonly KeyValue[]): Attributes {
  const attributes: Record<string, AttributeValue> = Object.create(null);
  for (const { key, value } of keyValues) attributes[key] = attributeFromAnyValue(value);
  return attributes;
}

/** The reverse of `attributesFromKeyValues`: bigint is written as int64, number as double, null as an unset value. */
export function attributesToKeyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) =>
    create(KeyValueSchema, { key, value: attributeToAnyValue(value) }),
  );
}

/** Nesting is bounded by what the decoder accepts. */
export function attributeFromAnyValue(any: AnyValue | undefined): AttributeValue {
  const value = any?.value;
  switch (value?.case) {
    case undefined:
      return null;
    case 'stringValue':
    case 'boolValue':
    case 'intValue':
    case 'doubleValue':
    case 'bytesValue':
      return value.value;
    case 'arrayValue':
      return value.value.values.map(attributeFromAnyValue);
    case 'kvlistValue':
      return attributesFromKeyValues(value.value.values);
  }
}

/** Throws a RangeError where values are nested deeper than a decoder would accept. */
export function attributeToAnyValue(value: AttributeValue, depth = 0): AnyValue {
  if (depth > MAX_ATTRIBUTE_DEPTH) {
    throw new RangeError(`an attribute value is nested deeper than ${MAX_ATTRIBUTE_DEPTH} levels`);
  }
  return create(AnyValueSchema, { value: anyValueCase(value, depth + 1) });
}

function anyValueCase(value: AttributeValue, depth: number): AnyValue['value'] {
  if (value === null) return { case: undefined };
  switch (typeof value) {
    case 'string':
      return { case: 'stringValue', value };
    case 'boolean':
      return { case: 'boolValue', value };
    case 'bigint':
      return { case: 'intValue', value };
    case 'number':
      return { case: 'doubleValue', value };
  }
  if (value instanceof Uint8Array) return { case: 'bytesValue', value };
  if (isList(value)) {
    const values = value.map((item) => attributeToAnyValue(item, depth));
    return { case: 'arrayValue', value: create(ArrayValueSchema, { values }) };
  }
  const values = Object.entries(value).map(([key, item]) =>
    create(KeyValueSchema, { key, value: attributeToAnyValue(item, depth) }),
  );
  return { case: 'kvlistValue', value: create(KeyValueListSchema, { values }) };
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
