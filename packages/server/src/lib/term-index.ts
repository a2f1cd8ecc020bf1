import { addPosting, type Posting, sizeOf, sizeWithin, withoutSlot, withSlot } from './posting.ts';
import type { SlotSet } from './slot-set.ts';

/** Inverted index: key → value → the slots that have it. A change of one slot touches its own entries only. */
export class TermIndex {
  readonly #keys = new Map<string, Map<string, Posting>>();
  /** Above the highest slot that was ever added. */
  #span = 0;

  add(key: string, value: string, slot: number): void {
    if (slot >= this.#span) this.#span = slot + 1;
    let values = this.#keys.get(key);
    if (values === undefined) {
      values = new Map<string, Posting>();
      this.#keys.set(key, values);
    }
    const posting = values.get(value);
    const next = withSlot(posting, slot, this.#span);
    if (next !== posting) values.set(value, next);
  }

  remove(key: string, value: string, slot: number): void {
    const values = this.#keys.get(key);
    const posting = values?.get(value);
    if (values === undefined || posting === undefined) return;
    if (withoutSlot(posting, slot) !== undefined) return;
    values.delete(value);
    if (values.size === 0) this.#keys.delete(key);
  }

  count(key: string, value: string): number {
    return sizeOf(this.#keys.get(key)?.get(value));
  }

  /** Values of the key with how many slots have each. */
  *counts(key: string): Generator<readonly [string, number]> {
    for (const [value, posting] of this.#keys.get(key) ?? []) yield [value, sizeOf(posting)];
  }

  /** Values of the key with how many slots of the set have each; without those that none has. */
  *countsWithin(key: string, set: SlotSet): Generator<readonly [string, number]> {
    for (const [value, posting] of this.#keys.get(key) ?? []) {
      const size = sizeWithin(posting, set);
      if (size > 0) yield [value, size];
    }
  }

  /** Adds the slots whose value of `key` is `value`. */
  addTo(set: SlotSet, key: string, value: string): void {
    addPosting(set, this.#keys.get(key)?.get(value));
  }

  /** Adds the slots that have `key` at all. */
  addAnyTo(set: SlotSet, key: string): void {
    for (const posting of this.#keys.get(key)?.values() ?? []) addPosting(set, posting);
  }
}
