const MAX_BYTES = 64;
const HEX = '0123456789abcdef';
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Texts by their bytes. Agents of a fleet send the same keys and mostly the same values: one that was decoded lately is
 * found without being decoded again, and is one object in memory. Longer texts, and those that are not ASCII, are
 * decoded each time. A text takes the place of another one that falls into the same slot, so that the size is fixed.
 */
export class TextCache {
  readonly #texts: string[];

  /** `slots` is a power of two. */
  constructor(slots = 8192) {
    this.#texts = new Array(slots).fill('');
  }

  /** The text from `start` to `end`, which is UTF-8. */
  textOf(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > MAX_BYTES) return decode(bytes, start, end, 'utf8');
    let bits = 0;
    for (let at = start; at < end; at++) bits |= bytes[at] ?? 0;
    if (bits >= 0x80) return decode(bytes, start, end, 'utf8');
    const slot = this.#slotOf(bytes, start, end);
    const known = this.#texts[slot] ?? '';
    if (known.length === length && isText(known, bytes, start)) return known;
    const text = decode(bytes, start, end, 'latin1');
    this.#texts[slot] = text;
    return text;
  }

  /** The bytes in lower-case hex. Keep these in a cache of their own: a text could look the same. */
  hexOf(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_BYTES) return decode(bytes, start, end, 'hex');
    const slot = this.#slotOf(bytes, start, end);
    const known = this.#texts[slot] ?? '';
    if (known.length === 2 * length && isHex(known, bytes, start)) return known;
    const text = decode(bytes, start, end, 'hex');
    this.#texts[slot] = text;
    return text;
  }

  #slotOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = FNV_OFFSET;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
    return (hash ^ (hash >>> 15)) & (this.#texts.length - 1);
  }
}

function isText(text: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

function isHex(text: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at += 2) {
    const byte = bytes[start + (at >> 1)] ?? 0;
    if (text[at] !== HEX[byte >> 4] || text[at + 1] !== HEX[byte & 15]) return false;
  }
  return true;
}

function decode(bytes: Uint8Array, start: number, end: number, encoding: 'utf8' | 'latin1' | 'hex'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(encoding);
}
