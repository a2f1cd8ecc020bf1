import { SlotSet } from '../lib/slot-set.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentIndex } from './agent-index.ts';

/** A page of the console asks for the same words several times, and goes back to words of before. */
const KEPT_MAX = 8;
/** Where the other filters leave less than this share of the fleet, only these agents are looked at. */
const FEW_SHARE = 1 / 8;
const UID_PART = /^[0-9a-f-]{1,36}$/;

/** What the words are looked for in. */
interface SearchedFleet {
  readonly size: number;
  readonly index: AgentIndex;
  at(slot: number): AgentEntry | undefined;
}

/** Searches in the texts of agents. What was found is kept until any of these texts changes. */
export class AgentWords {
  readonly #fleet: SearchedFleet;
  readonly #kept = new Map<string, SlotSet>();

  constructor(fleet: SearchedFleet) {
    this.#fleet = fleet;
  }

  /** An agent came, went, or has another text or label. */
  change(): void {
    this.#kept.clear();
  }

  /**
   * Of `matching` those in which each word occurs in name, uid, host, type, version or a label as `key=value`; `all` are
   * all known. Words are lower-case. Do not change the result.
   */
  having(words: readonly string[], matching: SlotSet, all: SlotSet): SlotSet {
    const key = words.join(' ');
    const kept = this.#kept.get(key);
    if (kept !== undefined) return matching === all ? kept : kept.copy().keep(matching);
    if (matching !== all && matching.count() < this.#fleet.size * FEW_SHARE)
      return this.#find(words, matching);
    const found = this.#find(words, all);
    this.#kept.set(key, found);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return matching === all ? found : found.copy().keep(matching);
  }

  #find(words: readonly string[], among: SlotSet): SlotSet {
    let left = among;
    for (const word of words) {
      // Types, versions and labels are few and shared: each is looked at once, not once for each agent.
      const named = new SlotSet(among.size);
      this.#fleet.index.addNamed(named, word);
      const mayBeUid = UID_PART.test(word);
      const found = new SlotSet(among.size);
      left.forEach((slot) => {
        const entry = this.#fleet.at(slot);
        if (entry === undefined) return;
        const isFound =
          named.has(slot) ||
          entry.texts.host.includes(word) ||
          entry.texts.name.includes(word) ||
          (mayBeUid && entry.record.uid.includes(word));
        if (isFound) found.add(slot);
      });
      left = found;
    }
    return left;
  }
}
