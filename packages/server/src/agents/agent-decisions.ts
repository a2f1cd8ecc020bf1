import type { AgentEventKind, AgentPatch, JsonValue } from '@drover/api';
import type { Act } from '../audit/audit.ts';
import { DomainError } from '../lib/errors.ts';
import type { Listeners } from '../lib/listeners.ts';
import { type AgentRecord, displayNameOf, type InstanceUid, type Labels } from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFact, AgentsChanged } from './agent-fact.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { AgentStore } from './agent-store.ts';
import { subjectOfAgents } from './agent-subject.ts';
import type { AgentTimeline } from './agent-timeline.ts';
import { type AgentWriter, storedAgentOf } from './agent-writer.ts';
import { type Enrolment, isShutOut } from './enrolment.ts';

/** Whether an agent is let in from now on, and how its timeline says so. */
export interface EnrolmentDecision {
  readonly uid: InstanceUid;
  readonly enrolment: Enrolment;
  readonly event: {
    readonly kind: AgentEventKind;
    readonly detail: string;
    readonly data: Readonly<Record<string, JsonValue>>;
  };
}

export interface AgentDecisionsOptions {
  readonly fleet: AgentFleet;
  readonly store: AgentStore;
  readonly writer: AgentWriter;
  readonly timeline: AgentTimeline;
  readonly changes: Listeners<AgentsChanged>;
  readonly facts: Listeners<AgentFact>;
}

const BATCH = 500;

/** What operators decide of agents themselves: memory at once, and on disk before it is acknowledged. */
export class AgentDecisions {
  readonly #options: AgentDecisionsOptions;

  constructor(options: AgentDecisionsOptions) {
    this.#options = options;
  }

  /** Labels and the displayed name. Throws `storage_unavailable`, and then nothing has changed. */
  async patch(entry: AgentEntry, patch: AgentPatch, author: string): Promise<void> {
    const { timeline, facts } = this.#options;
    const { uid, labels: old, displayNameOverride: oldName } = entry.record;
    const labels = patch.labels === undefined ? old : Object.freeze({ ...patch.labels });
    const displayNameOverride = patch.displayName === undefined ? oldName : patch.displayName || null;
    this.#replace(entry, { ...entry.record, labels, displayNameOverride });
    if (patch.labels !== undefined)
      timeline.add(uid, 'labels_changed', `labels changed by ${author}`, { author, labels, before: old });
    if (patch.displayName !== undefined)
      timeline.add(uid, 'renamed', `displayed as ${displayNameOf(entry.record)}`, { author });
    try {
      await this.#write([entry], patchAct(entry.record, patch, author));
    } catch (error) {
      this.#replace(entry, { ...entry.record, labels: old, displayNameOverride: oldName });
      throw notStored(`the change of agent ${uid}`, error);
    }
    if (patch.labels !== undefined) facts.emit({ kind: 'matchable', record: entry.record });
  }

  /**
   * Labels of several agents; one for which `change` gives the same object is passed over, as is one that is not known
   * any more. Throws `storage_unavailable`, and then nothing has changed.
   */
  async relabel(
    uids: readonly InstanceUid[],
    change: (labels: Labels) => Labels,
    author: string,
    act?: Act,
  ): Promise<void> {
    const { fleet, timeline, facts } = this.#options;
    const changed = uids.flatMap((uid) => {
      const entry = fleet.get(uid);
      const before = entry?.record.labels;
      if (entry === undefined || before === undefined) return [];
      const labels = change(before);
      return labels === before ? [] : [{ entry, before, labels }];
    });
    for (const { entry, labels } of changed) this.#replace(entry, { ...entry.record, labels });
    try {
      await this.#write(
        changed.map(({ entry }) => entry),
        act,
      );
    } catch (error) {
      for (const { entry, before, labels } of changed)
        if (entry.record.labels === labels) this.#replace(entry, { ...entry.record, labels: before });
      throw notStored(`the labels of ${changed.length} agents`, error);
    }
    for (const { entry, before, labels } of changed) {
      const { uid } = entry.record;
      timeline.add(uid, 'labels_changed', `labels changed by ${author}`, { author, labels, before });
      facts.emit({ kind: 'matchable', record: entry.record });
    }
  }

  /** Agents that are not known any more are passed over. Throws `storage_unavailable`, and then what was not written has not changed. */
  async decide(decisions: readonly EnrolmentDecision[], act?: Act): Promise<void> {
    // The act is recorded with the first of its writes.
    for (let at = 0; at < decisions.length; at += BATCH)
      await this.#decideSome(decisions.slice(at, at + BATCH), at === 0 ? act : undefined);
  }

  async #decideSome(decisions: readonly EnrolmentDecision[], act: Act | undefined): Promise<void> {
    const { fleet, timeline, facts } = this.#options;
    const decided = decisions.flatMap((decision) => {
      const entry = fleet.get(decision.uid);
      return entry === undefined ? [] : [{ entry, decision, before: entry.record }];
    });
    for (const { entry, decision } of decided)
      this.#replace(entry, {
        ...entry.record,
        enrolment: decision.enrolment,
        // Whoever is let in again comes by something new.
        certificate: isShutOut(entry.record.enrolment) ? null : entry.record.certificate,
      });
    try {
      await this.#write(
        decided.map(({ entry }) => entry),
        act,
      );
    } catch (error) {
      for (const { entry, decision, before } of decided)
        if (entry.record.enrolment === decision.enrolment)
          this.#replace(entry, {
            ...entry.record,
            enrolment: before.enrolment,
            certificate: before.certificate,
          });
      throw notStored(`what was decided of ${decided.length} agents`, error);
    }
    for (const { entry, decision } of decided) {
      const { kind, detail, data } = decision.event;
      timeline.add(decision.uid, kind, detail, data);
      facts.emit({ kind: 'enrolment', record: entry.record });
    }
  }

  /** A flush that runs would write the records as they were behind ours. */
  async #write(entries: readonly AgentEntry[], act: Act | undefined): Promise<void> {
    await this.#options.writer.flush();
    await this.#options.store.save(entries.map(storedAgentOf), act);
  }

  #replace(entry: AgentEntry, record: AgentRecord): void {
    this.#options.fleet.replace(entry, record);
    this.#options.writer.mark(record.uid);
    this.#options.changes.emit({ kind: 'changed', uids: [record.uid] });
  }
}

function patchAct(agent: AgentRecord, { labels, displayName }: AgentPatch, author: string): Act {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const details = [
    ...(labels === undefined ? [] : [`labels: ${pairs.join(', ') || 'none'}`]),
    ...(displayName === undefined ? [] : [`displayed as ${displayNameOf(agent)}`]),
  ];
  return {
    author,
    kind: 'agents.changed',
    subject: subjectOfAgents({ record: () => agent }, [agent.uid]),
    detail: details.join('; '),
    data: labels === undefined ? {} : { labels: { ...labels } },
  };
}

function notStored(what: string, cause: unknown): DomainError {
  return new DomainError('storage_unavailable', `${what} could not be stored; try again`, { cause });
}
