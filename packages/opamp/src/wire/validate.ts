import { isUtf8 } from 'node:buffer';
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { MAX_MESSAGE_DEPTH } from './codec.ts';

/** What a message may hold, by field number; compiled once for each schema. */
interface Shape {
  readonly fields: readonly (FieldShape | undefined)[];
}

interface FieldShape {
  readonly wireType: number;
  readonly isText: boolean;
  /** Of a message field; asked for lazily, as messages hold each other. */
  readonly nested: (() => Shape) | undefined;
  /** A map's entry is no level of its own to the generic decoder. */
  readonly levels: number;
}

const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
const WIRE_32 = 5;
const MAX_VARINT_BYTES = 10;
const MAX_TAG = 0xffffffff;
/** Up to this a loop is cheaper than a call into native code. */
const MAX_LOOPED_TEXT = 48;

const shapes = new WeakMap<DescMessage, Shape>();

/**
 * What is wrong with an encoded message, or undefined where the generic decoder would take it. Allocates nothing: most of what agents report is kept as bytes and
 * looked at by nobody. Stricter than the generic decoder in one thing: a message may not run over the end of the one around it.
 */
export function findFault(schema: DescMessage, bytes: Uint8Array): string | undefined {
  const reader = new Validator(bytes);
  return reader.message(shapeOf(schema), bytes.length, 1) ? undefined : reader.fault;
}

class Validator {
  fault = '';
  readonly #bytes: Uint8Array;
  #position = 0;
  #value = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(shape: Shape, end: number, depth: number): boolean {
    if (depth > MAX_MESSAGE_DEPTH) return this.#fail('messages within messages, too many levels of them,');
    const { fields } = shape;
    while (this.#position < end) {
      if (!this.#varint(end) || this.#value < 8 || this.#value > MAX_TAG) return this.#fail('bad field tag');
      const tag = this.#value;
      const wireType = tag & 7;
      const field = fields[tag >>> 3];
      if (field === undefined) {
        if (!this.#skip(tag >>> 3, wireType, end, depth)) return this.#fail('truncated or malformed field');
      } else if (field.wireType !== wireType) {
        return this.#fail(`field ${tag >>> 3} of another wire type`);
      } else if (!this.#known(field, wireType, end, depth)) return false;
    }
    return true;
  }

  #known(field: FieldShape, wireType: number, end: number, depth: number): boolean {
    if (wireType !== WIRE_BYTES) return this.#skip(0, wireType, end, depth) || this.#fail('truncated number');
    if (!this.#varint(end) || this.#value > end - this.#position)
      return this.#fail('field longer than its message');
    const fieldEnd = this.#position + this.#value;
    if (field.nested !== undefined) return this.message(field.nested(), fieldEnd, depth + field.levels);
    if (field.isText && !this.#isText(fieldEnd)) return this.#fail('text that is not UTF-8');
    this.#position = fieldEnd;
    return true;
  }

  #isText(end: number): boolean {
    const bytes = this.#bytes;
    const start = this.#position;
    if (end - start <= MAX_LOOPED_TEXT) {
      let at = start;
      while (at < end && (bytes[at] ?? 0x80) < 0x80) at++;
      if (at === end) return true;
    }
    return isUtf8(bytes.subarray(start, end));
  }

  #skip(number: number, wireType: number, end: number, depth: number): boolean {
    switch (wireType) {
      case WIRE_VARINT:
        return this.#varint(end);
      case WIRE_64:
        return this.#advance(8, end);
      case WIRE_32:
        return this.#advance(4, end);
      case WIRE_BYTES:
        return this.#varint(end) && this.#advance(this.#value, end);
      case WIRE_GROUP_START:
        return depth < MAX_MESSAGE_DEPTH && this.#skipGroup(number, end, depth + 1);
      default:
        return false;
    }
  }

  #skipGroup(group: number, end: number, depth: number): boolean {
    while (this.#varint(end)) {
      const tag = this.#value;
      if (tag < 8 || tag > MAX_TAG) return false;
      if ((tag & 7) === WIRE_GROUP_END) return tag >>> 3 === group;
      if (!this.#skip(tag >>> 3, tag & 7, end, depth)) return false;
    }
    return false;
  }

  #advance(count: number, end: number): boolean {
    if (count > end - this.#position) return false;
    this.#position += count;
    return true;
  }

  /** Leaves the low 32 bits in `#value`, or infinity where there are more: such a number is no tag and no length. */
  #varint(end: number): boolean {
    const bytes = this.#bytes;
    let position = this.#position;
    let byte = position < end ? (bytes[position++] ?? 0) : 0x80;
    if (byte < 0x80) {
      this.#value = byte;
      this.#position = position;
      return true;
    }
    let value = byte & 0x7f;
    let scale = 0x80;
    for (let count = 1; count < MAX_VARINT_BYTES; count++) {
      if (position >= end) return false;
      byte = bytes[position++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) {
        this.#value = value > 0xffffffff ? Number.POSITIVE_INFINITY : value;
        this.#position = position;
        return true;
      }
    }
    return false;
  }

  #fail(fault: string): false {
    if (this.fault === '') this.fault = `${fault} at byte ${this.#position}`;
    return false;
  }
}

function shapeOf(schema: DescMessage): Shape {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const fields: (FieldShape | undefined)[] = [];
  for (const field of schema.fields) fields[field.number] = fieldShape(field);
  // Field numbers are small: without holes the lookup stays fast.
  const shape = { fields: Array.from(fields) };
  shapes.set(schema, shape);
  return shape;
}

function fieldShape(field: DescField): FieldShape {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarShape(field.scalar);
    case 'enum':
      return scalarShape(ScalarType.INT32);
    case 'message':
      return messageShape(field.message);
    case 'list':
      return field.listKind === 'message' ? messageShape(field.message) : scalarShape(ScalarType.STRING);
    case 'map': {
      const value =
        field.mapKind === 'message' ? messageShape(field.message) : scalarShape(ScalarType.STRING);
      const entry: Shape = { fields: [undefined, scalarShape(ScalarType.STRING), value] };
      return { wireType: WIRE_BYTES, isText: false, nested: () => entry, levels: 0 };
    }
  }
}

function messageShape(schema: DescMessage): FieldShape {
  return { wireType: WIRE_BYTES, isText: false, nested: () => shapeOf(schema), levels: 1 };
}

function scalarShape(scalar: ScalarType): FieldShape {
  const wireType = wireTypeOf(scalar);
  return { wireType, isText: scalar === ScalarType.STRING, nested: undefined, levels: 0 };
}

function wireTypeOf(scalar: ScalarType): number {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WIRE_BYTES;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
      return WIRE_64;
    default:
      return WIRE_VARINT;
  }
}
