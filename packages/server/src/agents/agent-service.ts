import type {
  Agent,
  AgentEvent,
  AgentEventKind,
  AgentGroup,
  AgentKeyList,
  AgentPatch,
  AgentSummary,
  AgentValueList,
  EnrolmentState,
  JsonValue,
  Page,
  Stats,
} from '@drover/api';
import type { Act } from '../audit/audit.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import type { PageRequest } from '../lib/page.ts';
import type {
  AgentLink,
  AgentRecord,
  AgentReport,
  DesiredSummary,
  DisconnectReason,
  InstanceUid,
  Labels,
} from './agent.ts';
import {
  type AgentBuild,
  buildsOf,
  connectedBy,
  countEnrolment,
  countOfToken,
  countRevisions,
  countUse,
  matchAgents,
  recordsOf,
} from './agent-counts.ts';
import { AgentDecisions, type EnrolmentDecision } from './agent-decisions.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFact, AgentsChanged } from './agent-fact.ts';
import { AgentFleet } from './agent-fleet.ts';
import { groupsOf } from './agent-groups.ts';
import { AgentIntake, type StoredSession } from './agent-intake.ts';
import { type AgentMatch, allAgents, filterAgents, pageOfAgents } from './agent-list.ts';
import { loadFleet } from './agent-loading.ts';
import { AgentParts } from './agent-parts.ts';
import { AgentRemoval } from './agent-removal.ts';
import { statsOf } from './agent-stats.ts';
import type { AgentStore } from './agent-store.ts';
import { subjectOfAgents } from './agent-subject.ts';
import { type AgentTermQuery, keysOf, valuesOf } from './agent-terms.ts';
import { AgentTimeline } from './agent-timeline.ts';
import { agentSummaryOf, agentViewOf, type PartsDecoder } from './agent-view.ts';
import { AgentWriter } from './agent-writer.ts';
import type { ComponentSets } from './component-sets.ts';
import type { ReadText } from './effective-content.ts';
import { EffectiveContents } from './effective-contents.ts';
import type { OwnCredential } from './enrolment.ts';
import { FleetEvents } from './fleet-events.ts';
import type { Selector } from './selector.ts';

export interface AgentSettings {
  /** A link without a message for this long is stale. */
  readonly staleAfterMs: number;
  /** Agents that are gone for this long are forgotten. */
  readonly forgetAfterMs: number;
  readonly eventsKept: number;
}

export interface AgentServiceOptions {
  readonly store: AgentStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: AgentSettings;
  readonly decoder: PartsDecoder;
  /** What stands behind the hashes that agents report. */
  readonly componentSets?: ComponentSets;
  /** Reads what agents run, for searches; in this thread where it is left out. */
  readonly readText?: ReadText;
}

const SWEEP_MS = 5000;

/**
 * The fleet: who is in it, what each agent reported, how it is found. Construct, `await start()`, and only then let
 * agents connect; `await stop()` after the last of them is gone.
 */
export class AgentService {
  readonly changes = new Listeners<AgentsChanged>();
  readonly facts = new Listeners<AgentFact>();
  /** What agents say that they run, to be searched. */
  readonly effective: EffectiveContents;
  /** What happened to all agents. */
  readonly fleetEvents: FleetEvents;
  readonly #options: AgentServiceOptions;
  readonly #clock: Clock;
  readonly #fleet = new AgentFleet();
  readonly #writer: AgentWriter;
  readonly #timeline: AgentTimeline;
  readonly #intake: AgentIntake;
  readonly #decisions: AgentDecisions;
  readonly #parts: AgentParts;
  readonly #removal: AgentRemoval;
  readonly #timers: Timer[] = [];

  constructor(options: AgentServiceOptions) {
    this.#options = options;
    this.#clock = options.clock;
    const { store, clock, log, settings } = options;
    this.#writer = new AgentWriter({ fleet: this.#fleet, store, clock, log });
    this.#timeline = new AgentTimeline({ store, clock, log, eventsKept: settings.eventsKept });
    const parts = {
      fleet: this.#fleet,
      writer: this.#writer,
      timeline: this.#timeline,
      changes: this.changes,
      facts: this.facts,
    };
    this.fleetEvents = new FleetEvents({ fleet: this.#fleet, store, timeline: this.#timeline });
    this.#intake = new AgentIntake({ ...parts, clock });
    this.#decisions = new AgentDecisions({ ...parts, store });
    this.#removal = new AgentRemoval({ ...parts, store, log });
    const { decoder, componentSets } = options;
    this.#parts = new AgentParts({ fleet: this.#fleet, store, decoder, componentSets });
    const { facts } = this;
    this.effective = new EffectiveContents({
      fleet: this.#fleet,
      store,
      decoder,
      facts,
      clock,
      log,
      readText: options.readText,
    });
  }

  /** Loads the fleet. Everybody is disconnected until seen. */
  async start(): Promise<void> {
    const { store, decoder } = this.#options;
    await loadFleet(this.#fleet, store, decoder);
    this.effective.start();
    this.#timers.push(this.#clock.every(SWEEP_MS, () => this.sweep()));
  }

  /** Writes all that is in memory, also the sequence numbers, so that nobody is asked for full state after a planned restart. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.effective.stop();
    await this.#removal.idle();
    for (const { record } of this.#fleet.entries()) this.#writer.mark(record.uid);
    await this.flush();
  }

  /** Resolves when everything reported so far is on disk. */
  async flush(): Promise<void> {
    await Promise.all([this.#writer.flush(), this.#timeline.flush()]);
  }

  /** `hook` runs before agents are removed from the database, to remove what belongs to them. */
  beforeForget(hook: (uids: readonly InstanceUid[]) => Promise<void>): void {
    this.#removal.before(hook);
  }

  // What the protocol's adapter tells.

  /** Undefined where the agent is not known. */
  restore(uid: InstanceUid): StoredSession | undefined {
    return this.#intake.restore(uid);
  }

  /** A link came up, or the first HTTP message after silence. `first` is what a new agent reports with that message. */
  agentConnected(uid: InstanceUid, link: AgentLink, first?: AgentReport): void {
    this.#intake.connected(uid, link, first);
  }

  /** A message that changed something. */
  agentReported(uid: InstanceUid, report: AgentReport): void {
    this.#intake.reported(uid, report);
  }

  agentDisconnected(uid: InstanceUid, reason: DisconnectReason): void {
    this.#intake.disconnected(uid, reason);
  }

  /** A heartbeat: memory only. */
  touch(uid: InstanceUid, nowMs: number, sequenceNum: bigint): void {
    this.#intake.touch(uid, nowMs, sequenceNum);
  }

  /** The agent goes on under another uid: its record, labels and timeline go with it. */
  async rename(oldUid: InstanceUid, newUid: InstanceUid): Promise<void> {
    if (!this.#intake.rename(oldUid, newUid)) return;
    // Events of the old uid that are being written would stay behind.
    await this.#timeline.flush().catch(() => {});
    await this.#options.store.rename(oldUid, newUid);
    this.#writer.mark(newUid);
  }

  // What operators ask.

  list(
    query: AgentMatch & PageRequest & { readonly attributes?: readonly string[] | undefined },
  ): Page<AgentSummary> {
    const { limit, cursor, sort, attributes, ...filter } = query;
    const page = pageOfAgents(this.#fleet, filter, { limit, cursor, sort });
    return { ...page, items: page.items.map((entry) => agentSummaryOf(entry, attributes)) };
  }

  /** Keys of labels and attributes, for completion. */
  keys(query: AgentTermQuery): AgentKeyList {
    return keysOf(this.#fleet, query);
  }

  /** Values of a key, for completion. Throws `invalid_selector`, `invalid_request`. */
  values(key: string, query: AgentTermQuery): AgentValueList {
    return valuesOf(this.#fleet, key, query);
  }

  /** The agents that a filter leaves, by the values of a key. */
  groups(by: string, match: AgentMatch, page: PageRequest): Page<AgentGroup> {
    return groupsOf(this.#fleet, by, match, page);
  }

  /** All that the filter leaves, each once, in the order that holds now. Throws `invalid_selector`, `invalid_sort`. */
  all(filter: AgentMatch, sort?: string): Promise<readonly AgentEntry[]> {
    return allAgents(this.#fleet, filter, sort);
  }

  /** Throws `agent_not_found`. */
  async get(uid: string): Promise<Agent> {
    const entry = this.#require(uid);
    return agentViewOf(entry, this.#options.decoder.view(await this.#parts.whole(entry)));
  }

  stats(filter: AgentMatch = {}, silentConnections = 0): Stats {
    return statsOf(this.#fleet, filter, silentConnections);
  }

  async events(
    uid: string,
    { kind, ...page }: PageRequest & { readonly kind?: readonly AgentEventKind[] | undefined },
  ): Promise<Page<AgentEvent>> {
    return this.#timeline.page(this.#require(uid).record.uid, page, kind);
  }

  /** On disk when it resolves. */
  async patch(uid: string, patch: AgentPatch, author: string): Promise<Agent> {
    await this.#decisions.patch(this.#require(uid), patch, author);
    return this.get(uid);
  }

  /** As the labels of `patch`, for several agents; see `AgentDecisions.relabel`. On disk when it resolves. */
  relabel(
    uids: readonly InstanceUid[],
    change: (labels: Labels) => Labels,
    author: string,
    act?: Act,
  ): Promise<void> {
    return this.#decisions.relabel(uids, change, author, act);
  }

  /** Whether these agents are let in; on disk when it resolves, and told as facts. */
  decide(decisions: readonly EnrolmentDecision[], act?: Act): Promise<void> {
    return this.#decisions.decide(decisions, act);
  }

  /** Removes the agent from memory and disk; those who hold its link hear `removed`. Throws `agent_not_found`. */
  async forget(uid: string, author: string): Promise<void> {
    const { record } = this.#require(uid);
    await this.#removal.remove([record.uid], {
      author,
      kind: 'agents.forgotten',
      subject: subjectOfAgents(this, [record.uid]),
      detail: '',
    });
    this.#options.log.info({ agent: record.uid, author }, 'agent forgotten');
  }

  /** As `forget`, for several agents at once; one that is not known is passed over. */
  async forgetAll(uids: readonly InstanceUid[], author: string, act?: Act): Promise<void> {
    await this.#removal.remove(uids, act);
    for (const agent of uids) this.#options.log.info({ agent, author }, 'agent forgotten');
  }

  /** The agents that a filter leaves now. Throws `invalid_selector`. */
  matching(filter: AgentMatch): AgentRecord[] {
    return recordsOf(this.#fleet, filterAgents(this.#fleet, filter));
  }

  /** The agents that a selector matches now; with a configuration, only those that are to run it. */
  match(selector: Selector, config?: string): AgentRecord[] {
    return matchAgents(this.#fleet, selector, config);
  }

  // What other services ask.

  record(uid: InstanceUid): AgentRecord | undefined {
    return this.#fleet.get(uid)?.record;
  }

  get size(): number {
    return this.#fleet.size;
  }

  /** The agents whose last connection came by this enrolment token. */
  countOfToken(enrolmentToken: string): { connected: number; known: number } {
    return countOfToken(this.#fleet, enrolmentToken);
  }

  /** Those of them that are connected. */
  connectedBy(enrolmentToken: string): InstanceUid[] {
    return connectedBy(this.#fleet, enrolmentToken);
  }

  /** How many agents stand so. */
  countEnrolment(state: EnrolmentState): number {
    return countEnrolment(this.#fleet, state);
  }

  /** How many of the agents that the filter leaves have each revision of this configuration in their desired stack. */
  countRevisions(config: string, match: AgentMatch = {}): ReadonlyMap<number, number> {
    return countRevisions(this.#fleet, config, match);
  }

  /** How many agents have this configuration in their desired stack, by where they stand. */
  countUse(config: string): { assigned: number; inSync: number; pending: number; failed: number } {
    return countUse(this.#fleet, config);
  }

  /** Types and versions of the agents that a selector matches, most agents first. Throws `invalid_selector`. */
  buildsOf(selector: string): readonly AgentBuild[] {
    return buildsOf(this.#fleet, selector);
  }

  /** The names of the components of each agent that the filter leaves and that reported them, without repetitions. */
  componentsOf(filter: AgentMatch): Promise<Readonly<Record<string, readonly string[]>>[]> {
    return this.#parts.componentsOf(filter);
  }

  /** What operators decided for the agent, for its view and its index; the assignments themselves are stored elsewhere. */
  setDesired(uid: InstanceUid, desired: DesiredSummary | null): void {
    const entry = this.#fleet.get(uid);
    if (entry === undefined || entry.record.desired === desired) return;
    const before = entry.record.desired;
    // Another content is judged anew; after a start the same one is shown for the first time.
    const drift = before === null || before.hash === desired?.hash ? entry.record.drift : null;
    this.#fleet.replace(entry, { ...entry.record, desired, drift });
    this.#changed(uid);
  }

  /** What the agent says that it runs, by name, as it was reported; undefined where it never did. */
  effectiveBodies(uid: InstanceUid): Promise<ReadonlyMap<string, string> | undefined> {
    return this.#parts.effectiveBodies(uid);
  }

  /** In how many things the agent runs something else than it is meant to; null where that is not known. */
  setDrift(uid: InstanceUid, drift: number | null): void {
    const entry = this.#fleet.get(uid);
    if (entry === undefined || entry.record.drift === drift) return;
    this.#fleet.replace(entry, { ...entry.record, drift });
    this.#writer.mark(uid);
    this.#changed(uid);
  }

  /** Where the agent stands with a credential of its own, for its view and its index; the credentials themselves are stored elsewhere. */
  setOwnCredential(uid: InstanceUid, ownCredential: OwnCredential): void {
    const entry = this.#fleet.get(uid);
    if (entry === undefined || entry.record.ownCredential === ownCredential) return;
    this.#fleet.replace(entry, { ...entry.record, ownCredential });
    this.#changed(uid);
  }

  recordEvent(
    uid: InstanceUid,
    kind: AgentEventKind,
    detail: string,
    data: Readonly<Record<string, JsonValue>> = {},
  ): void {
    if (this.#fleet.get(uid) !== undefined) this.#timeline.add(uid, kind, detail, data);
  }

  /** Marks links that are silent as stale and forgets agents that are gone for long. Called by a timer. */
  sweep(): void {
    const { staleAfterMs, forgetAfterMs } = this.#options.settings;
    this.#removal.removeGone(this.#intake.sweep(staleAfterMs, forgetAfterMs));
  }

  #changed(uid: InstanceUid): void {
    this.changes.emit({ kind: 'changed', uids: [uid] });
  }

  #require(uid: string): AgentEntry {
    const entry = this.#fleet.get(uid as InstanceUid);
    if (entry === undefined) {
      throw new DomainError(
        'agent_not_found',
        `there is no agent "${uid}"; it never connected, or it was forgotten`,
      );
    }
    return entry;
  }
}
