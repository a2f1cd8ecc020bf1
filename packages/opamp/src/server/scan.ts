/**
 * A hand-written reader of the top level of AgentToServer. Nested messages stay the bytes that came, so that a
 * heartbeat costs no allocation and an unchanged part is recognised without decoding it.
 */

const FIELD_INSTANCE_UID = 1;
const FIELD_SEQUENCE_NUM = 2;
const FIELD_CAPABILITIES = 4;
const FIELD_FLAGS = 10;
const LAST_FIELD = 15;
const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
const WIRE_32 = 5;
const MAX_FIELD_NUMBER = 0x1fffffff;
const MAX_GROUP_DEPTH = 100;
/** Fields 3, 5-9 and 11-15 are messages. */
const MESSAGE_FIELDS = 0b1111_1011_1110_1000;

const EMPTY = new Uint8Array(0);

/**
 * The message that was scanned last. Valid until the next `scan`; slices are views on the scanned bytes. 64-bit
 * numbers are kept as two unsigned halves, because a bigint for each heartbeat costs an allocation.
 */
export class AgentMessageScanner {
  bytes: Uint8Array = EMPTY;
  uidStart = 0;
  uidEnd = 0;
  sequenceLow = 0;
  sequenceHigh = 0;
  capabilitiesLow = 0;
  capabilitiesHigh = 0;
  flags = 0;
  /** Bit n is set when the message field n is present, be it empty. */
  present = 0;
  readonly #starts = new Int32Array(LAST_FIELD + 1);
  readonly #ends = new Int32Array(LAST_FIELD + 1);
  /** Concatenation of a field that came more than once: protobuf merges such messages. */
  readonly #merged: (Uint8Array | undefined)[] = new Array(LAST_FIELD + 1).fill(undefined);
  #hasMerged = false;
  #position = 0;
  #low = 0;
  #high = 0;

  /** Reads the message that starts at `from`. Returns what is wrong with it, or undefined. */
  scan(bytes: Uint8Array, from: number): string | undefined {
    this.#reset(bytes, from);
    const end = bytes.length;
    while (this.#position < end) {
      const start = this.#position;
      if (!this.#varint()) return `truncated or overlong field tag at byte ${start}`;
      const field = this.#low >>> 3;
      const wireType = this.#low & 7;
      if (this.#high !== 0 || field === 0 || field > MAX_FIELD_NUMBER)
        return `bad field tag at byte ${start}`;
      const problem = this.#field(field, wireType);
      if (problem !== undefined) return `${problem} at byte ${start}`;
    }
    return undefined;
  }

  get uidLength(): number {
    return this.uidEnd - this.uidStart;
  }

  /** A view on the uid as it was sent. */
  uid(): Uint8Array {
    return this.bytes.subarray(this.uidStart, this.uidEnd);
  }

  hasUid(uid: Uint8Array): boolean {
    const { bytes, uidStart } = this;
    if (this.uidEnd - uidStart !== uid.length) return false;
    for (let i = 0; i < uid.length; i++) if (bytes[uidStart + i] !== uid[i]) return false;
    return true;
  }

  has(field: number): boolean {
    return (this.present & (1 << field)) !== 0;
  }

  /** A view on the encoding of a message field that is present. */
  slice(field: number): Uint8Array {
    return this.#merged[field] ?? this.bytes.subarray(this.#starts[field], this.#ends[field]);
  }

  #reset(bytes: Uint8Array, from: number): void {
    this.bytes = bytes;
    this.#position = from;
    this.uidStart = 0;
    this.uidEnd = 0;
    this.sequenceLow = 0;
    this.sequenceHigh = 0;
    this.capabilitiesLow = 0;
    this.capabilitiesHigh = 0;
    this.flags = 0;
    this.present = 0;
    if (this.#hasMerged) {
      this.#merged.fill(undefined);
      this.#hasMerged = false;
    }
  }

  #field(field: number, wireType: number): string | undefined {
    switch (wireType) {
      case WIRE_VARINT:
        if (!this.#varint()) return `truncated or overlong varint in field ${field}`;
        this.#scalar(field);
        return undefined;
      case WIRE_BYTES:
        return this.#delimited(field);
      default:
        // Unknown to us, or a known field of a wire type that is not its own: protobuf ignores both.
        return this.#skip(field, wireType, 0) ? undefined : `truncated or malformed field ${field}`;
    }
  }

  #scalar(field: number): void {
    switch (field) {
      case FIELD_SEQUENCE_NUM:
        this.sequenceLow = this.#low;
        this.sequenceHigh = this.#high;
        return;
      case FIELD_CAPABILITIES:
        this.capabilitiesLow = this.#low;
        this.capabilitiesHigh = this.#high;
        return;
      case FIELD_FLAGS:
        this.flags = this.#low;
    }
  }

  #delimited(field: number): string | undefined {
    if (!this.#varint()) return `truncated length of field ${field}`;
    const start = this.#position;
    if (this.#high !== 0 || this.#low > this.bytes.length - start) {
      return `field ${field} is longer than the message`;
    }
    const end = start + this.#low;
    this.#position = end;
    if (field === FIELD_INSTANCE_UID) {
      this.uidStart = start;
      this.uidEnd = end;
    } else if (field <= LAST_FIELD && (MESSAGE_FIELDS & (1 << field)) !== 0) {
      if (this.has(field)) this.#merge(field, start, end);
      this.present |= 1 << field;
      this.#starts[field] = start;
      this.#ends[field] = end;
    }
    return undefined;
  }

  #merge(field: number, start: number, end: number): void {
    const before = this.slice(field);
    const merged = new Uint8Array(before.length + end - start);
    merged.set(before);
    merged.set(this.bytes.subarray(start, end), before.length);
    this.#merged[field] = merged;
    this.#hasMerged = true;
  }

  #skip(field: number, wireType: number, depth: number): boolean {
    switch (wireType) {
      case WIRE_VARINT:
        return this.#varint();
      case WIRE_64:
        return this.#advance(8);
      case WIRE_32:
        return this.#advance(4);
      case WIRE_BYTES:
        return this.#varint() && this.#high === 0 && this.#advance(this.#low);
      case WIRE_GROUP_START:
        return depth < MAX_GROUP_DEPTH && this.#skipGroup(field, depth + 1);
      default:
        return false;
    }
  }

  #skipGroup(group: number, depth: number): boolean {
    while (this.#varint()) {
      const field = this.#low >>> 3;
      const wireType = this.#low & 7;
      if (this.#high !== 0 || field === 0) return false;
      if (wireType === WIRE_GROUP_END) return field === group;
      if (!this.#skip(field, wireType, depth)) return false;
    }
    return false;
  }

  #advance(count: number): boolean {
    if (count > this.bytes.length - this.#position) return false;
    this.#position += count;
    return true;
  }

  /** Reads a varint into two unsigned 32-bit halves; false where it is truncated or has more than ten bytes. */
  #varint(): boolean {
    const { bytes } = this;
    let position = this.#position;
    let byte = bytes[position++];
    if (byte === undefined) return false;
    if (byte < 0x80) {
      this.#low = byte;
      this.#high = 0;
      this.#position = position;
      return true;
    }
    let low = byte & 0x7f;
    let high = 0;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = bytes[position++];
      if (byte === undefined) return false;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        this.#position = position;
        return true;
      }
    }
    return false;
  }
}
