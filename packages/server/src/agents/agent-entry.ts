import {
  type AgentRecord,
  displayNameOf,
  hostNameOf,
  type ReportedParts,
  typeOf,
  versionOf,
} from './agent.ts';
import type { OrderedField } from './agent-order.ts';

/** What memory holds of one known agent. Only `AgentFleet` replaces the record; the numbers change in place. */
export interface AgentEntry {
  readonly slot: number;
  readonly record: AgentRecord;
  readonly lastMessageAtMs: number;
  readonly sequenceNum: bigint;
  /** Parts reported since the process started, and the description; others may be in the database only. */
  readonly parts: ReportedParts;
  /** True where the database has parts that memory lacks. */
  readonly hasStoredParts: boolean;
  readonly texts: AgentTexts;
}

/** What lists sort and search by, lower-case. */
export type AgentTexts = Readonly<Record<OrderedField, string>>;

export type SeenAgent = Pick<AgentEntry, 'lastMessageAtMs' | 'sequenceNum' | 'parts' | 'hasStoredParts'>;

/** Texts are made when a list first asks for them: most agents change often before anybody looks. */
export class MutableEntry implements AgentEntry {
  readonly slot: number;
  record: AgentRecord;
  lastMessageAtMs: number;
  sequenceNum: bigint;
  parts: ReportedParts;
  readonly hasStoredParts: boolean;
  #texts: AgentTexts | undefined = undefined;

  constructor(
    slot: number,
    record: AgentRecord,
    { lastMessageAtMs, sequenceNum, parts, hasStoredParts }: SeenAgent,
  ) {
    this.slot = slot;
    this.record = record;
    this.lastMessageAtMs = lastMessageAtMs;
    this.sequenceNum = sequenceNum;
    this.parts = parts;
    this.hasStoredParts = hasStoredParts;
  }

  get texts(): AgentTexts {
    this.#texts ??= textsOf(this.record);
    return this.#texts;
  }

  /** True where what the texts are made of may have changed: they are made anew then. */
  put(record: AgentRecord): boolean {
    const before = this.record;
    this.record = record;
    const isSame =
      before.attributes === record.attributes && before.displayNameOverride === record.displayNameOverride;
    if (!isSame) this.#texts = undefined;
    return !isSame;
  }
}

function textsOf(record: AgentRecord): AgentTexts {
  return {
    name: displayNameOf(record).toLowerCase(),
    type: typeOf(record).toLowerCase(),
    version: versionOf(record).toLowerCase(),
    host: hostNameOf(record).toLowerCase(),
  };
}
