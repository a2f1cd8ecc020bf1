import { SlotSet } from '../lib/slot-set.ts';
import type { AgentRecord, InstanceUid, ReportedParts } from './agent.ts';
import { type AgentEntry, MutableEntry, type SeenAgent } from './agent-entry.ts';
import { AgentIndex, type IndexFilter } from './agent-index.ts';
import { AgentOrder, type OrderedField } from './agent-order.ts';
import { AgentWords } from './agent-words.ts';

const FIRST_CAPACITY = 1024;

/** All known agents, in memory, with their index. */
export class AgentFleet {
  readonly #byUid = new Map<InstanceUid, MutableEntry>();
  readonly #bySlot: (MutableEntry | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly index = new AgentIndex((uid) => this.#byUid.get(uid as InstanceUid)?.slot);
  readonly #orders: Readonly<Record<OrderedField, AgentOrder>> = {
    name: this.#orderBy('name'),
    type: this.#orderBy('type'),
    version: this.#orderBy('version'),
    host: this.#orderBy('host'),
  };
  readonly #words = new AgentWords(this);
  #all = new SlotSet(FIRST_CAPACITY);

  get size(): number {
    return this.#byUid.size;
  }

  get(uid: InstanceUid): AgentEntry | undefined {
    return this.#byUid.get(uid);
  }

  at(slot: number): AgentEntry | undefined {
    return this.#bySlot[slot];
  }

  entries(): Iterable<AgentEntry> {
    return this.#byUid.values();
  }

  add(record: AgentRecord, seen: SeenAgent): AgentEntry {
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    const entry = new MutableEntry(slot, record, seen);
    this.#bySlot[slot] = entry;
    this.#byUid.set(record.uid, entry);
    if (slot >= this.#all.size) this.#grow();
    this.#all.add(slot);
    this.index.add(slot, record);
    this.#moved(slot);
    return entry;
  }

  /** Puts the next record of an agent in the place of the last one. */
  replace(entry: AgentEntry, record: AgentRecord): void {
    if (record === entry.record) return;
    const before = entry.record;
    const isMoved = mutable(entry).put(record);
    this.index.update(entry.slot, before, record);
    if (isMoved) this.#moved(entry.slot);
    else if (before.labels !== record.labels) this.#words.change();
  }

  /** A message came. Changes nothing that is listed, indexed or stored soon. */
  touch(entry: AgentEntry, nowMs: number, sequenceNum: bigint): void {
    const touched = mutable(entry);
    touched.lastMessageAtMs = nowMs;
    touched.sequenceNum = sequenceNum;
  }

  keepParts(entry: AgentEntry, parts: ReportedParts): void {
    mutable(entry).parts = { ...entry.parts, ...parts };
  }

  remove(entry: AgentEntry): void {
    this.#byUid.delete(entry.record.uid);
    this.#bySlot[entry.slot] = undefined;
    this.#freeSlots.push(entry.slot);
    this.#all.remove(entry.slot);
    this.index.remove(entry.slot, entry.record);
    this.#moved(entry.slot);
  }

  /** The agents that match. Do not change the result: without a filter it is the set of all. */
  matching(filter: IndexFilter): SlotSet {
    return this.index.matching(filter, this.#all);
  }

  /** Of `matching` those that have all the words, which are lower-case, in their texts. Do not change the result. */
  having(words: readonly string[], matching: SlotSet): SlotSet {
    return this.#words.having(words, matching, this.#all);
  }

  /** All agents in the order of a text. */
  order(field: OrderedField): { readonly order: AgentOrder; readonly slots: Uint32Array } {
    const order = this.#orders[field];
    return { order, slots: order.slots(() => this.entries()) };
  }

  #orderBy(field: OrderedField): AgentOrder {
    return new AgentOrder(field, (slot) => this.#bySlot[slot]);
  }

  #moved(slot: number): void {
    for (const order of Object.values(this.#orders)) order.change(slot);
    this.#words.change();
  }

  #grow(): void {
    const grown = new SlotSet(this.#all.size * 2);
    this.#all.forEach((slot) => {
      grown.add(slot);
    });
    this.#all = grown;
  }
}

/** Entries are made here alone. */
function mutable(entry: AgentEntry): MutableEntry {
  return entry as MutableEntry;
}
