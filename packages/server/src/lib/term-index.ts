import { addPosting, type Posting, sizeOf, sizeWithin, withoutSlot, withSlot } from './posting.ts';
import type { SlotSet } from './slot-set.ts';
import { SortedTexts } from './sorted-texts.ts';

/** Of so many keys the order of the values is kept, those that were asked for last. */
const SORTED_KEYS_MAX = 16;

interface Values {
  readonly postings: Map<string, Posting>;
  /** Sum of the postings' sizes. */
  terms: number;
}

/** Inverted index: key → value → the slots that have it. A change of one slot touches its own entries only. */
export class TermIndex {
  readonly #keys = new Map<string, Values>();
  readonly #sortedKeys = new SortedTexts(
    () => this.#keys.keys(),
    (key) => this.#keys.has(key),
  );
  readonly #sortedValues = new Map<string, SortedTexts>();
  /** Above the highest slot that was ever added. */
  #span = 0;

  add(key: string, value: string, slot: number): void {
    if (slot >= this.#span) this.#span = slot + 1;
    let values = this.#keys.get(key);
    if (values === undefined) {
      values = { postings: new Map<string, Posting>(), terms: 0 };
      this.#keys.set(key, values);
      this.#sortedKeys.change(key);
    }
    const posting = values.postings.get(value);
    const before = sizeOf(posting);
    const next = withSlot(posting, slot, this.#span);
    values.terms += sizeOf(next) - before;
    if (next !== posting) values.postings.set(value, next);
    if (posting === undefined) this.#sortedValues.get(key)?.change(value);
  }

  remove(key: string, value: string, slot: number): void {
    const values = this.#keys.get(key);
    const posting = values?.postings.get(value);
    if (values === undefined || posting === undefined) return;
    const before = sizeOf(posting);
    const rest = withoutSlot(posting, slot);
    values.terms += sizeOf(rest) - before;
    if (rest !== undefined) return;
    values.postings.delete(value);
    this.#sortedValues.get(key)?.change(value);
    if (values.postings.size > 0) return;
    this.#keys.delete(key);
    this.#sortedKeys.change(key);
  }

  count(key: string, value: string): number {
    return sizeOf(this.#keys.get(key)?.postings.get(value));
  }

  /** In no order. */
  keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** How many pairs of a slot and a value the key has: as many as slots that have it, where each has one value. */
  terms(key: string): number {
    return this.#keys.get(key)?.terms ?? 0;
  }

  /** How many different values the key has. */
  valuesOf(key: string): number {
    return this.#keys.get(key)?.postings.size ?? 0;
  }

  /** Keys that start so, without regard to case, in alphabetical order. */
  keysStartingWith(
    prefix: string,
    limit: number,
  ): { readonly total: number; readonly texts: readonly string[] } {
    return this.#sortedKeys.startingWith(prefix, limit);
  }

  /** Values of the key that start so, without regard to case, in alphabetical order. */
  valuesStartingWith(
    key: string,
    prefix: string,
    limit: number,
  ): { readonly total: number; readonly texts: readonly string[] } {
    if (!this.#keys.has(key)) return { total: 0, texts: [] };
    return this.#valuesInOrder(key).startingWith(prefix, limit);
  }

  /** Values of the key with how many slots have each. */
  *counts(key: string): Generator<readonly [string, number]> {
    for (const [value, posting] of this.#postings(key)) yield [value, sizeOf(posting)];
  }

  /** Values of the key with how many slots of the set have each; without those that none has. */
  *countsWithin(key: string, set: SlotSet): Generator<readonly [string, number]> {
    for (const [value, posting] of this.#postings(key)) {
      const size = sizeWithin(posting, set);
      if (size > 0) yield [value, size];
    }
  }

  /** Adds the slots whose value of `key` is `value`. */
  addTo(set: SlotSet, key: string, value: string): void {
    addPosting(set, this.#keys.get(key)?.postings.get(value));
  }

  /** Adds the slots whose value of `key` is wanted. */
  addWhere(set: SlotSet, key: string, isWanted: (value: string) => boolean): void {
    for (const [value, posting] of this.#postings(key)) if (isWanted(value)) addPosting(set, posting);
  }

  /** Adds the slots that have `key` at all. */
  addAnyTo(set: SlotSet, key: string): void {
    for (const [, posting] of this.#postings(key)) addPosting(set, posting);
  }

  #postings(key: string): Iterable<readonly [string, Posting]> {
    return this.#keys.get(key)?.postings ?? [];
  }

  #valuesInOrder(key: string): SortedTexts {
    const sorted =
      this.#sortedValues.get(key) ??
      new SortedTexts(
        () => this.#keys.get(key)?.postings.keys() ?? [],
        (value) => this.#keys.get(key)?.postings.has(value) === true,
      );
    this.#sortedValues.delete(key);
    this.#sortedValues.set(key, sorted);
    const [oldest] = this.#sortedValues.keys();
    if (this.#sortedValues.size > SORTED_KEYS_MAX && oldest !== undefined) this.#sortedValues.delete(oldest);
    return sorted;
  }
}
