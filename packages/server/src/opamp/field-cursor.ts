const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_32 = 5;

/**
 * Walks the fields of one level of an encoded message that was decoded before, and so is known to be well formed: the
 * summaries of lists need two or three fields of messages that take thirty times as long to decode whole. It hands out
 * places and no views, of which a description would need fifty. Varints of more than 32 bits are cut.
 */
export class FieldCursor {
  field = 0;
  /** Of a varint. */
  value = 0;
  /** Of a length-delimited field; both 0 for others. */
  start = 0;
  end = 0;
  /** The bytes ended within a field, or hold a wire type that messages do not have. */
  isBroken = false;
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#limit = end;
  }

  get isText(): boolean {
    return this.end !== 0;
  }

  /** False at the end, or where the message is broken. */
  next(): boolean {
    if (this.isBroken || this.#at >= this.#limit) return false;
    const tag = this.#varint();
    this.field = tag >>> 3;
    this.value = 0;
    this.start = 0;
    this.end = 0;
    switch (tag & 7) {
      case WIRE_VARINT:
        this.value = this.#varint();
        break;
      case WIRE_64:
        this.#at += 8;
        break;
      case WIRE_BYTES: {
        const length = this.#varint();
        this.start = this.#at;
        this.#at += length;
        this.end = this.#at;
        break;
      }
      case WIRE_32:
        this.#at += 4;
        break;
      default:
        this.isBroken = true;
    }
    if (this.#at > this.#limit) this.isBroken = true;
    return !this.isBroken;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; this.#at < this.#limit; shift += 7) {
      const byte = bytes[this.#at] ?? 0;
      this.#at += 1;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    this.isBroken = true;
    return 0;
  }
}
