/** A set of small whole numbers below a fixed size, as bits. */
export class SlotSet {
  readonly size: number;
  readonly #words: Uint32Array;

  constructor(size: number, words = new Uint32Array((size + 31) >>> 5)) {
    this.size = size;
    this.#words = words;
  }

  add(slot: number): void {
    const word = slot >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (slot & 31));
  }

  remove(slot: number): void {
    const word = slot >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (slot & 31));
  }

  has(slot: number): boolean {
    return ((this.#words[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }

  addAll(slots: Iterable<number>): this {
    for (const slot of slots) this.add(slot);
    return this;
  }

  /** Adds what is in the other, as far as it is below this one's size. */
  join(other: SlotSet): this {
    const words = Math.min(this.#words.length, other.#words.length);
    for (let at = 0; at < words; at += 1) this.#words[at] = (this.#words[at] ?? 0) | (other.#words[at] ?? 0);
    return this;
  }

  copy(): SlotSet {
    return new SlotSet(this.size, this.#words.slice());
  }

  /** Keeps what is in both. Both sets must be of one size. */
  keep(other: SlotSet): this {
    for (let at = 0; at < this.#words.length; at += 1) {
      this.#words[at] = (this.#words[at] ?? 0) & (other.#words[at] ?? 0);
    }
    return this;
  }

  /** Removes what is in the other. */
  drop(other: SlotSet): this {
    for (let at = 0; at < this.#words.length; at += 1) {
      this.#words[at] = (this.#words[at] ?? 0) & ~(other.#words[at] ?? 0);
    }
    return this;
  }

  count(): number {
    let count = 0;
    for (const word of this.#words) count += bitsOf(word);
    return count;
  }

  /** How many are in both. */
  countWithin(other: SlotSet): number {
    const words = Math.min(this.#words.length, other.#words.length);
    let count = 0;
    for (let at = 0; at < words; at += 1) count += bitsOf((this.#words[at] ?? 0) & (other.#words[at] ?? 0));
    return count;
  }

  /** The lowest of them, at most so many. */
  first(count: number): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.#words.length && found.length < count; at += 1) {
      for (let word = this.#words[at] ?? 0; word !== 0 && found.length < count; word &= word - 1)
        found.push((at << 5) + 31 - Math.clz32(word & -word));
    }
    return found;
  }

  forEach(visit: (slot: number) => void): void {
    for (let at = 0; at < this.#words.length; at += 1) {
      for (let word = this.#words[at] ?? 0; word !== 0; word &= word - 1) {
        visit((at << 5) + 31 - Math.clz32(word & -word));
      }
    }
  }
}

function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return (((fours + (fours >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
