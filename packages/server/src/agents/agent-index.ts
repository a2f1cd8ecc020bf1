import type {
  ConfigStatus,
  ConnectionState,
  CredentialKind,
  DriftState,
  EnrolmentState,
  HealthState,
  SyncState,
} from '@drover/api';
import { SlotSet } from '../lib/slot-set.ts';
import { TermIndex } from '../lib/term-index.ts';
import { type AgentRecord, buildOf, driftStateOf, syncStateOf, typeOf, versionOf } from './agent.ts';
import { credentialKindOf } from './enrolment.ts';
import type { Requirement, Selector } from './selector.ts';
import type { SelectorKey } from './selector-text.ts';

/** Fields that are indexed beside labels and attributes. */
export type IndexField =
  | 'state'
  | 'health'
  | 'sync'
  | 'drift'
  | 'effective'
  | 'configStatus'
  | 'enrolment'
  | 'credential'
  | 'enrolmentToken'
  | 'type'
  | 'version'
  | 'build'
  | 'config';

/** Filters narrow one another; of several values of one filter any matches. */
export interface IndexFilter {
  readonly selector?: Selector | undefined;
  readonly state?: readonly ConnectionState[] | undefined;
  readonly health?: readonly HealthState[] | undefined;
  readonly sync?: readonly SyncState[] | undefined;
  readonly drift?: readonly DriftState[] | undefined;
  /** Names of contents. */
  readonly effective?: readonly string[] | undefined;
  readonly configStatus?: readonly ConfigStatus[] | undefined;
  readonly enrolment?: readonly EnrolmentState[] | undefined;
  readonly credential?: readonly CredentialKind[] | undefined;
  /** Id of an enrolment token. */
  readonly enrolmentToken?: string | undefined;
  readonly type?: string | undefined;
  readonly version?: string | undefined;
  readonly config?: string | undefined;
}

/** A key that agents have, of operators or of their own. */
export interface IndexedKey {
  readonly source: 'label' | 'attribute';
  readonly key: string;
  readonly agents: number;
  /** How many different values it has. */
  readonly values: number;
}

/** Answers which agents match, from inverted indexes; never by looking at agents one by one. */
export class AgentIndex {
  readonly #fields = new TermIndex();
  readonly #labels = new TermIndex();
  readonly #attributes = new TermIndex();
  /** Revisions by the name of their configuration. */
  readonly #revisions = new TermIndex();
  readonly #slotOf: (uid: string) => number | undefined;

  constructor(slotOf: (uid: string) => number | undefined) {
    this.#slotOf = slotOf;
  }

  add(slot: number, record: AgentRecord): void {
    this.#change(slot, undefined, record);
  }

  remove(slot: number, record: AgentRecord): void {
    this.#change(slot, record, undefined);
  }

  update(slot: number, before: AgentRecord, after: AgentRecord): void {
    this.#change(slot, before, after);
  }

  count(field: IndexField, value: string): number {
    return this.#fields.count(field, value);
  }

  counts(field: IndexField): Iterable<readonly [string, number]> {
    return this.#fields.counts(field);
  }

  /** How many agents have each revision of a configuration in their desired stack; with a set, how many of its agents. */
  revisionCounts(config: string, set?: SlotSet): Iterable<readonly [string, number]> {
    return set === undefined ? this.#revisions.counts(config) : this.#revisions.countsWithin(config, set);
  }

  /** Adds those with a type, a version or a label, as `key=value`, that contains the word. The word is lower-case. */
  addNamed(set: SlotSet, word: string): void {
    this.#fields.addWhere(set, 'type', (value) => value.toLowerCase().includes(word));
    this.#fields.addWhere(set, 'version', (value) => value.toLowerCase().includes(word));
    for (const key of this.#labels.keys())
      this.#labels.addWhere(set, key, (value) => `${key}=${value}`.toLowerCase().includes(word));
  }

  /** Keeps the agents of `set` that have a value of this field at all. */
  keepHaving(field: IndexField, set: SlotSet): SlotSet {
    const having = new SlotSet(set.size);
    this.#fields.addAnyTo(having, field);
    return having.keep(set);
  }

  /** How many of the set's agents have each value; without those that none has. */
  countsWithin(field: IndexField, set: SlotSet): Iterable<readonly [string, number]> {
    return this.#fields.countsWithin(field, set);
  }

  /** The agents that match, out of `all` (which is not changed); `all` itself where nothing narrows. */
  matching(filter: IndexFilter, all: SlotSet): SlotSet {
    let result = all;
    const narrow = (set: SlotSet): void => {
      result = result === all ? set : result.keep(set);
    };
    for (const field of [
      'state',
      'health',
      'sync',
      'drift',
      'effective',
      'configStatus',
      'enrolment',
      'credential',
    ] as const) {
      const values = filter[field];
      if (values !== undefined && values.length > 0) narrow(this.#having(field, values, all.size));
    }
    for (const field of ['type', 'version', 'config', 'enrolmentToken'] as const) {
      const value = filter[field];
      if (value !== undefined) narrow(this.#having(field, [value], all.size));
    }
    for (const requirement of filter.selector?.requirements ?? [])
      narrow(this.#requirement(requirement, all));
    return result;
  }

  /** Keys that start so, without regard to case, in alphabetical order, labels first; at most `limit` of either source. */
  keysStartingWith(prefix: string, limit: number): { readonly total: number; readonly keys: IndexedKey[] } {
    const sources = [
      ['label', this.#labels],
      ['attribute', this.#attributes],
    ] as const;
    let total = 0;
    const keys: IndexedKey[] = [];
    for (const [source, index] of sources) {
      const found = index.keysStartingWith(prefix, limit);
      total += found.total;
      for (const key of found.texts)
        keys.push({ source, key, agents: index.terms(key), values: index.valuesOf(key) });
    }
    return { total, keys };
  }

  /** Values of a key that start so, without regard to case; `total` counts one of a label and an attribute twice. */
  valuesStartingWith(
    { scope, key }: SelectorKey,
    prefix: string,
    limit: number,
  ): { readonly total: number; readonly values: readonly string[] } {
    const found = this.#indexesOf(scope).map((index) => index.valuesStartingWith(key, prefix, limit));
    return {
      total: found.reduce((sum, { total }) => sum + total, 0),
      values: [...new Set(found.flatMap(({ texts }) => texts))],
    };
  }

  /** How many agents have this value of the key. */
  countValue({ scope, key }: SelectorKey, value: string, all: SlotSet): number {
    if (scope === 'label') return this.#labels.count(key, value);
    if (scope === 'attr' || (scope === 'any' && this.#labels.terms(key) === 0))
      return this.#attributes.count(key, value);
    return this.#requirement({ scope, key, operator: 'in', values: [value] }, all).count();
  }

  /** How many of the set's agents have each value of the key; without those that none has. */
  countValuesWithin({ scope, key }: SelectorKey, set: SlotSet): Map<string, number> {
    const counts = new Map<string, number>();
    const add = (index: TermIndex, within: SlotSet): void => {
      for (const [value, count] of index.countsWithin(key, within))
        counts.set(value, (counts.get(value) ?? 0) + count);
    };
    if (scope === 'label' || scope === 'any') add(this.#labels, set);
    if (scope === 'attr') add(this.#attributes, set);
    if (scope === 'any') {
      const labelled = new SlotSet(set.size);
      this.#labels.addAnyTo(labelled, key);
      add(this.#attributes, set.copy().drop(labelled));
    }
    return counts;
  }

  #indexesOf(scope: SelectorKey['scope']): readonly TermIndex[] {
    switch (scope) {
      case 'label':
        return [this.#labels];
      case 'attr':
        return [this.#attributes];
      case 'any':
        return [this.#labels, this.#attributes];
      case 'uid':
        return [];
    }
  }

  #having(field: IndexField, values: readonly string[], size: number): SlotSet {
    const set = new SlotSet(size);
    for (const value of values) this.#fields.addTo(set, field, value);
    return set;
  }

  #requirement({ scope, key, operator, values }: Requirement, all: SlotSet): SlotSet {
    const hasKeyOnly = operator === 'exists' || operator === 'absent';
    const set = new SlotSet(all.size);
    switch (scope) {
      case 'uid':
        for (const uid of values) {
          const slot = this.#slotOf(uid);
          if (slot !== undefined) set.add(slot);
        }
        break;
      case 'label':
        fill(this.#labels, set, key, hasKeyOnly ? undefined : values);
        break;
      case 'attr':
        fill(this.#attributes, set, key, hasKeyOnly ? undefined : values);
        break;
      case 'any': {
        // An attribute counts only where no label of that name hides it.
        fill(this.#attributes, set, key, hasKeyOnly ? undefined : values);
        const labelled = new SlotSet(all.size);
        this.#labels.addAnyTo(labelled, key);
        set.drop(labelled);
        fill(this.#labels, set, key, hasKeyOnly ? undefined : values);
        break;
      }
    }
    if (scope === 'uid' && hasKeyOnly) return operator === 'exists' ? all.copy() : set;
    return operator === 'notin' || operator === 'absent' ? all.copy().drop(set) : set;
  }

  /** Of a record's parts those that are the same object hold the same: they are not looked at. */
  #change(slot: number, before: AgentRecord | undefined, after: AgentRecord | undefined): void {
    const isOther = (part: keyof AgentRecord): boolean => before?.[part] !== after?.[part];
    const move = (field: IndexField, textOf: (record: AgentRecord) => string | undefined): void =>
      this.#move(field, before && textOf(before), after && textOf(after), slot);
    if (isOther('connection')) move('state', ({ connection }) => connection.state);
    if (isOther('health')) move('health', ({ health }) => health.state);
    if (isOther('enrolment')) move('enrolment', ({ enrolment }) => enrolment.state);
    if (isOther('config')) move('configStatus', ({ config }) => config.status);
    if (isOther('config') || isOther('desired')) move('sync', syncStateOf);
    if (isOther('effectiveContent'))
      move('effective', ({ effectiveContent }) => effectiveContent ?? undefined);
    if (isOther('drift') || isOther('desired')) move('drift', driftStateOf);
    if (isOther('access') || isOther('ownCredential')) {
      move('credential', ({ ownCredential, access }) => credentialKindOf(ownCredential, access));
      move('enrolmentToken', ({ access }) => access.token?.id);
    }
    if (before?.desired?.configs !== after?.desired?.configs) {
      for (const { name, revision } of before?.desired?.configs ?? []) {
        this.#fields.remove('config', name, slot);
        this.#revisions.remove(name, String(revision), slot);
      }
      for (const { name, revision } of after?.desired?.configs ?? []) {
        this.#fields.add('config', name, slot);
        this.#revisions.add(name, String(revision), slot);
      }
    }
    if (isOther('labels')) {
      for (const [key, value] of Object.entries(before?.labels ?? {})) this.#labels.remove(key, value, slot);
      for (const [key, value] of Object.entries(after?.labels ?? {})) this.#labels.add(key, value, slot);
    }
    if (isOther('attributes')) {
      move('type', typeOf);
      move('version', versionOf);
      move('build', buildOf);
      this.#eachAttribute(before, (key, value) => this.#attributes.remove(key, value, slot));
      this.#eachAttribute(after, (key, value) => this.#attributes.add(key, value, slot));
    }
  }

  #move(field: IndexField, old: string | undefined, now: string | undefined, slot: number): void {
    if (old === now) return;
    if (old !== undefined) this.#fields.remove(field, old, slot);
    if (now !== undefined) this.#fields.add(field, now, slot);
  }

  #eachAttribute(record: AgentRecord | undefined, visit: (key: string, value: string) => void): void {
    const attributes = record?.attributes ?? [];
    for (let at = 0; at + 1 < attributes.length; at += 2)
      visit(attributes[at] ?? '', attributes[at + 1] ?? '');
  }
}

function fill(index: TermIndex, set: SlotSet, key: string, values: readonly string[] | undefined): void {
  if (values === undefined) index.addAnyTo(set, key);
  else for (const value of values) index.addTo(set, key, value);
}
