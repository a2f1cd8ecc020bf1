/** Fields whose order is kept: they change seldom and compare slowly. */
export type OrderedField = 'name' | 'type' | 'version' | 'host';

/** What the order looks at. */
export interface OrderedEntry {
  readonly slot: number;
  readonly texts: Readonly<Record<OrderedField, string>>;
  readonly record: { readonly uid: string };
}

/** A place in the order; it need not be that of an agent that exists. */
export interface OrderPlace {
  readonly key: string;
  readonly uid: string;
}

/**
 * The slots of all agents in the order of one text, ties by uid. Made when it is first asked for; from then on only
 * what changed since is put in its new place, so that a page costs no comparison of all agents.
 */
export class AgentOrder {
  readonly #field: OrderedField;
  readonly #at: (slot: number) => OrderedEntry | undefined;
  readonly #changed = new Set<number>();
  #slots: Uint32Array | undefined;

  constructor(field: OrderedField, at: (slot: number) => OrderedEntry | undefined) {
    this.#field = field;
    this.#at = at;
  }

  /** The agent of this slot is new, gone, or has another text. */
  change(slot: number): void {
    if (this.#slots !== undefined) this.#changed.add(slot);
  }

  /** In ascending order. Do not change the result. */
  slots(everyone: () => Iterable<OrderedEntry>): Uint32Array {
    if (this.#slots === undefined) {
      const all = Array.from(everyone(), ({ slot }) => slot);
      this.#slots = Uint32Array.from(this.#sorted(all));
    } else if (this.#changed.size > 0) this.#slots = this.#merged(this.#slots);
    this.#changed.clear();
    return this.#slots;
  }

  /** How many agents stand before the place, or at it where `isAfter`. */
  rank(slots: Uint32Array, place: OrderPlace, isAfter: boolean): number {
    let low = 0;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(this.#placeOf(slots[middle] ?? 0), place);
      if (order < 0 || (order === 0 && isAfter)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #merged(before: Uint32Array): Uint32Array {
    const kept = before.filter((slot) => !this.#changed.has(slot));
    const moved = this.#sorted([...this.#changed].filter((slot) => this.#at(slot) !== undefined));
    const merged = new Uint32Array(kept.length + moved.length);
    let from = 0;
    moved.forEach((slot, index) => {
      const to = this.rank(kept, this.#placeOf(slot), false);
      merged.set(kept.subarray(from, to), from + index);
      merged[to + index] = slot;
      from = to;
    });
    merged.set(kept.subarray(from), from + moved.length);
    return merged;
  }

  #sorted(slots: number[]): number[] {
    const places = new Map(slots.map((slot) => [slot, this.#placeOf(slot)]));
    const none = { key: '', uid: '' };
    return slots.sort((a, b) => this.#compare(places.get(a) ?? none, places.get(b) ?? none));
  }

  #placeOf(slot: number): OrderPlace {
    const entry = this.#at(slot);
    return { key: entry?.texts[this.#field] ?? '', uid: entry?.record.uid ?? '' };
  }

  #compare(a: OrderPlace, b: OrderPlace): number {
    if (a.key !== b.key) return a.key < b.key ? -1 : 1;
    return a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0;
  }
}
