import { SlotSet } from './slot-set.ts';

/**
 * The slots of one term, in the shape that is smallest for their number: one alone as itself, since most values of keys
 * such as host names belong to one slot; a few as a set; many as bits, which takes a bit for each slot of all and no
 * search to add one.
 */
export type Posting = number | Set<number> | Bits;

/** So many slots at least are kept as bits, and only where bits are smaller than a set of them. */
const MIN_BITS = 64;
const SLOTS_FOR_EACH = 32;

export function withSlot(posting: Posting | undefined, slot: number, span: number): Posting {
  if (posting === undefined) return slot;
  if (typeof posting === 'number') return posting === slot ? posting : new Set([posting, slot]);
  posting.add(slot);
  const { size } = posting;
  const isDense = posting instanceof Set && size >= MIN_BITS && size * SLOTS_FOR_EACH >= span;
  return isDense ? Bits.of(posting) : posting;
}

/** Undefined where none is left. */
export function withoutSlot(posting: Posting, slot: number): Posting | undefined {
  if (typeof posting === 'number') return posting === slot ? undefined : posting;
  posting.delete(slot);
  return posting.size === 0 ? undefined : posting;
}

export function sizeOf(posting: Posting | undefined): number {
  if (posting === undefined) return 0;
  return typeof posting === 'number' ? 1 : posting.size;
}

/** How many of them are in the set. */
export function sizeWithin(posting: Posting, set: SlotSet): number {
  if (typeof posting === 'number') return posting < set.size && set.has(posting) ? 1 : 0;
  if (posting instanceof Bits) return posting.slots.countWithin(set);
  let size = 0;
  for (const slot of posting) if (slot < set.size && set.has(slot)) size += 1;
  return size;
}

export function addPosting(set: SlotSet, posting: Posting | undefined): void {
  if (typeof posting === 'number') set.add(posting);
  else if (posting instanceof Bits) set.join(posting.slots);
  else if (posting !== undefined) set.addAll(posting);
}

/** Slots as bits that grow with the highest of them. */
class Bits {
  slots: SlotSet;
  size = 0;

  private constructor(span: number) {
    this.slots = new SlotSet(span);
  }

  static of(slots: Iterable<number>): Bits {
    const bits = new Bits(1024);
    for (const slot of slots) bits.add(slot);
    return bits;
  }

  add(slot: number): void {
    if (slot >= this.slots.size) {
      const grown = new SlotSet(Math.max(slot + 1, this.slots.size * 2));
      this.slots = grown.join(this.slots);
    }
    if (this.slots.has(slot)) return;
    this.slots.add(slot);
    this.size += 1;
  }

  delete(slot: number): void {
    if (slot >= this.slots.size || !this.slots.has(slot)) return;
    this.slots.remove(slot);
    this.size -= 1;
  }
}
