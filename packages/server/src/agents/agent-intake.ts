import type { Clock } from '../lib/clock.ts';
import type { Listeners } from '../lib/listeners.ts';
import {
  type AgentLink,
  type AgentRecord,
  type AgentReport,
  afterReport,
  type DisconnectReason,
  type InstanceUid,
  newAgent,
  type ReportedParts,
} from './agent.ts';
import type { AgentEntry } from './agent-entry.ts';
import type { AgentFact, AgentsChanged } from './agent-fact.ts';
import type { AgentFleet } from './agent-fleet.ts';
import { reportEvents } from './agent-report-events.ts';
import type { AgentTimeline } from './agent-timeline.ts';
import type { AgentWriter } from './agent-writer.ts';
import { APPROVED, afterConnect, isShutOut, NO_ACCESS } from './enrolment.ts';

export interface AgentIntakeOptions {
  readonly fleet: AgentFleet;
  readonly writer: AgentWriter;
  readonly timeline: AgentTimeline;
  readonly clock: Clock;
  readonly changes: Listeners<AgentsChanged>;
  readonly facts: Listeners<AgentFact>;
}

/** What outlives a connection, for the protocol's session. */
export interface StoredSession {
  readonly sequenceNum: bigint;
  readonly capabilities: bigint;
  readonly parts: ReportedParts;
}

/** Takes in what agents say: memory at once, the database behind, and those who listen. */
export class AgentIntake {
  readonly #options: AgentIntakeOptions;

  constructor(options: AgentIntakeOptions) {
    this.#options = options;
  }

  restore(uid: InstanceUid): StoredSession | undefined {
    const entry = this.#options.fleet.get(uid);
    if (entry === undefined) return undefined;
    const { sequenceNum, parts } = entry;
    return { sequenceNum, capabilities: entry.record.capabilities, parts };
  }

  /**
   * A link came up, or the first HTTP message after silence. `first` is what a new agent reports with the same message:
   * taken in at once, it costs half of what it does in a second step.
   */
  connected(uid: InstanceUid, link: AgentLink, first?: AgentReport): void {
    const nowMs = this.#options.clock.now();
    const known = this.#options.fleet.get(uid);
    if (known === undefined) {
      this.#arrived(uid, link, first, nowMs);
      return;
    }
    this.#options.fleet.touch(known, nowMs, link.sequenceNum);
    const { transport, remoteAddress } = link;
    const enrolment = afterConnect(known.record.enrolment, link.enrolment ?? APPROVED, nowMs);
    const isApproved = enrolment !== known.record.enrolment;
    const wasConnected = known.record.connection.state !== 'disconnected';
    const sinceMs = wasConnected ? known.record.connection.sinceMs : nowMs;
    this.#replace(known, {
      ...known.record,
      capabilities: link.capabilities,
      certificate: link.certificate ?? known.record.certificate,
      enrolment,
      access: link.access ?? NO_ACCESS,
      connection: { state: 'connected', transport, remoteAddress, sinceMs },
    });
    if (!wasConnected)
      this.#options.timeline.add(uid, 'connected', `connected from ${remoteAddress}`, { transport });
    if (isApproved) this.#sayEnrolment(known.record);
    this.#options.facts.emit({ kind: 'connected', record: known.record });
  }

  #arrived(uid: InstanceUid, link: AgentLink, first: AgentReport | undefined, nowMs: number): void {
    const { fleet, writer, timeline, facts } = this.#options;
    const blank = newAgent(uid, link, nowMs);
    const record = first === undefined ? blank : afterReport(blank, first, nowMs);
    const { sequenceNum, transport, remoteAddress } = link;
    const parts = first?.parts ?? {};
    const seen = { lastMessageAtMs: nowMs, sequenceNum, parts, hasStoredParts: false };
    const entry = fleet.add(record, seen);
    writer.mark(uid, storedPartsOf(parts));
    timeline.add(uid, 'first_seen', `first seen from ${remoteAddress}`, { transport });
    if (record.enrolment !== APPROVED) this.#sayEnrolment(record);
    if (first !== undefined) this.#sayReport(blank, record, first);
    this.#changed(uid);
    facts.emit({ kind: 'connected', record: entry.record });
    if (first !== undefined) this.#tellParts(entry, first);
  }

  /** A message that changed something. */
  reported(uid: InstanceUid, report: AgentReport): void {
    const entry = this.#options.fleet.get(uid);
    if (entry === undefined) return;
    const nowMs = this.#options.clock.now();
    this.#options.fleet.touch(entry, nowMs, report.sequenceNum);
    const before = entry.record;
    const after = this.#awake(afterReport(before, report, nowMs), nowMs);
    const hasParts = Object.keys(report.parts).length > 0;
    if (hasParts) this.#options.fleet.keepParts(entry, report.parts);
    const hasConfigStatus = report.config !== undefined;
    if (after === before && !hasParts) {
      // The same word again is an answer, where the agent was offered the same again.
      if (hasConfigStatus) this.#options.facts.emit({ kind: 'config_status', record: entry.record });
      return;
    }
    this.#sayReport(before, after, report);
    this.#options.fleet.replace(entry, after);
    this.#options.writer.mark(uid, storedPartsOf(report.parts));
    this.#changed(uid);
    if (after.capabilities !== before.capabilities)
      this.#options.facts.emit({ kind: 'capabilities', record: entry.record });
    if (after.attributes !== before.attributes)
      this.#options.facts.emit({ kind: 'matchable', record: entry.record });
    this.#tellParts(entry, report);
  }

  #sayReport(before: AgentRecord, after: AgentRecord, report: AgentReport): void {
    for (const { kind, detail, data } of reportEvents(before, after, report))
      this.#options.timeline.add(after.uid, kind, detail, data);
  }

  #tellParts({ record }: AgentEntry, { config, parts }: AgentReport): void {
    if (config !== undefined) this.#options.facts.emit({ kind: 'config_status', record });
    if (parts.effectiveConfig !== undefined) this.#options.facts.emit({ kind: 'effective_config', record });
  }

  disconnected(uid: InstanceUid, reason: DisconnectReason): void {
    const entry = this.#options.fleet.get(uid);
    // The link that replaced this one has already said that the agent is connected.
    if (entry === undefined || reason === 'replaced' || entry.record.connection.state === 'disconnected')
      return;
    const connection = {
      ...entry.record.connection,
      state: 'disconnected',
      sinceMs: this.#options.clock.now(),
    } as const;
    this.#options.fleet.replace(entry, { ...entry.record, connection });
    this.#changed(uid);
    // At a planned stop every agent leaves; its last-seen time and number are written by `stop`.
    if (reason !== 'drained') {
      this.#options.timeline.add(uid, 'disconnected', DISCONNECTED[reason], { reason });
      this.#options.writer.mark(uid);
    }
    this.#options.facts.emit({ kind: 'disconnected', record: entry.record });
  }

  /** A heartbeat: memory only. */
  touch(uid: InstanceUid, nowMs: number, sequenceNum: bigint): void {
    const entry = this.#options.fleet.get(uid);
    if (entry === undefined) return;
    this.#options.fleet.touch(entry, nowMs, sequenceNum);
    if (entry.record.connection.state === 'stale') this.#replace(entry, this.#awake(entry.record, nowMs));
  }

  /** The agent goes on under another uid: its record and labels go with it. False where there is nothing to do. */
  rename(oldUid: InstanceUid, newUid: InstanceUid): boolean {
    const entry = this.#options.fleet.get(oldUid);
    if (entry === undefined || oldUid === newUid) return false;
    const { lastMessageAtMs, sequenceNum, parts, hasStoredParts } = entry;
    const inTheWay = this.#options.fleet.get(newUid);
    if (inTheWay !== undefined) this.#options.fleet.remove(inTheWay);
    this.#options.fleet.remove(entry);
    const renamed = { ...entry.record, uid: newUid };
    const after = this.#options.fleet.add(renamed, { lastMessageAtMs, sequenceNum, parts, hasStoredParts });
    this.#options.writer.rename(oldUid, newUid);
    this.#options.timeline.rename(oldUid, newUid);
    this.#options.timeline.add(newUid, 'renamed', `was ${oldUid}`, { oldUid });
    this.#options.facts.emit({ kind: 'renamed', oldUid, record: after.record });
    this.#options.changes.emit({ kind: 'removed', uids: [oldUid] });
    this.#changed(newUid);
    return true;
  }

  /** Marks links without a message for so long as stale, and says who is gone for so long that it may be forgotten. */
  sweep(staleAfterMs: number, forgetAfterMs: number): InstanceUid[] {
    const { fleet, clock, timeline } = this.#options;
    const nowMs = clock.now();
    const gone: InstanceUid[] = [];
    for (const entry of fleet.entries()) {
      const { state, transport } = entry.record.connection;
      const silentMs = nowMs - entry.lastMessageAtMs;
      if (state === 'connected' && transport === 'websocket' && silentMs > staleAfterMs) {
        const connection = { ...entry.record.connection, state: 'stale', sinceMs: nowMs } as const;
        this.#replace(entry, { ...entry.record, connection });
        timeline.add(entry.record.uid, 'stale', `no message for ${Math.round(silentMs / 1000)} s`);
      } else if (
        state === 'disconnected' &&
        silentMs > forgetAfterMs &&
        gone.length < FORGET_BATCH &&
        // Whoever was shut out must not come back as new by having waited long enough.
        !isShutOut(entry.record.enrolment)
      ) {
        gone.push(entry.record.uid);
      }
    }
    return gone;
  }

  /** What a connection decided; operators' decisions say so themselves. */
  #sayEnrolment({ uid, enrolment }: AgentRecord): void {
    const { state, by } = enrolment;
    if (state === 'pending')
      this.#options.timeline.add(uid, 'approval_pending', 'waiting for approval by an operator');
    else if (by !== null) this.#options.timeline.add(uid, 'approved', `approved by ${by}`, { author: by });
    else this.#options.timeline.add(uid, 'approved', 'approved: no approval is needed here');
  }

  #awake(record: AgentRecord, nowMs: number): AgentRecord {
    if (record.connection.state !== 'stale') return record;
    return { ...record, connection: { ...record.connection, state: 'connected', sinceMs: nowMs } };
  }

  #replace(entry: AgentEntry, record: AgentRecord): void {
    this.#options.fleet.replace(entry, record);
    this.#options.writer.mark(record.uid);
    this.#changed(record.uid);
  }

  #changed(uid: InstanceUid): void {
    this.#options.changes.emit({ kind: 'changed', uids: [uid] });
  }
}

const DISCONNECTED: Readonly<Record<DisconnectReason, string>> = {
  agent_disconnect: 'the agent said goodbye',
  closed: 'the connection was closed',
  silent: 'no message for too long',
  replaced: 'replaced by another connection',
  cut: 'the connection was lost',
  drained: 'the server stopped',
};

const FORGET_BATCH = 500;

function storedPartsOf({
  remoteConfigStatus: _inRecord,
  ...parts
}: ReportedParts): ReportedParts | undefined {
  return Object.keys(parts).length > 0 ? parts : undefined;
}
