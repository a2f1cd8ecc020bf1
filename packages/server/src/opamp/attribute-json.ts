import type { JsonValue } from '@drover/api';
import { type AttributeValue, attributesFromKeyValues, type KeyValue } from '@drover/opamp';

function jsonOf(value: AttributeValue): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(jsonOf);
  return jsonOfEntries(value as { readonly [key: string]: AttributeValue });
}

function jsonOfEntries(attributes: { readonly [key: string]: AttributeValue }): Record<string, JsonValue> {
  const json: Record<string, JsonValue> = Object.create(null);
  for (const [key, value] of Object.entries(attributes)) json[key] = jsonOf(value);
  return json;
}

/** Attributes as JSON: int64 beyond 2^53 as decimal text, bytes as base64 text, numbers that JSON lacks as text. */
export function attributesToJson(keyValues: readonly KeyValue[]): Record<string, JsonValue> {
  return jsonOfEntries(attributesFromKeyValues(keyValues));
}

/** Attributes as texts for selectors and lists, keys and values in turn; values that are no text as JSON. */
export function attributesToTexts(keyValues: readonly KeyValue[]): string[] {
  return Object.entries(attributesToJson(keyValues)).flatMap(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
