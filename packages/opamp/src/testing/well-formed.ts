import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * Whether every message in these bytes ends within the one around it. The generic decoder lets one run over its end and reads on behind it, so that
 * for such bytes it is no measure.
 */
export function isWellFormed(schema: DescMessage, bytes: Uint8Array): boolean {
  try {
    return isWithin(schema, bytes);
  } catch {
    return false;
  }
}

function isWithin(schema: DescMessage, bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = schema.fields.find((each) => each.number === number);
    if (wireType !== WireType.LengthDelimited) {
      // A known field of another wire type is read by the generic decoder as if it were its own.
      if (field !== undefined && wireType !== wireTypeOf(field)) return false;
      reader.skip(wireType, number);
      continue;
    }
    const content = reader.bytes();
    if (field !== undefined && wireTypeOf(field) !== WireType.LengthDelimited) return false;
    if (field !== undefined && !isContentWithin(field, content)) return false;
  }
  return reader.pos === reader.len;
}

function isContentWithin(field: DescField, content: Uint8Array): boolean {
  switch (field.fieldKind) {
    case 'message':
      return isWithin(field.message, content);
    case 'list':
      return field.listKind !== 'message' || isWithin(field.message, content);
    case 'map':
      return isEntryWithin(field.mapKind === 'message' ? field.message : undefined, content);
    default:
      return true;
  }
}

function isEntryWithin(value: DescMessage | undefined, entry: Uint8Array): boolean {
  const reader = new BinaryReader(entry);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      if (number <= 2) return false;
      reader.skip(wireType, number);
      continue;
    }
    const content = reader.bytes();
    if (number === 2 && value !== undefined && !isWithin(value, content)) return false;
  }
  return reader.pos === reader.len;
}

function wireTypeOf(field: DescField): WireType {
  if (field.fieldKind === 'enum') return WireType.Varint;
  if (field.fieldKind !== 'scalar') return WireType.LengthDelimited;
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
      return WireType.Bit64;
    default:
      return WireType.Varint;
  }
}
