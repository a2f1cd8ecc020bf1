import type { AgentEventKind, JsonValue } from '@drover/api';
import { type Selectable, sql } from 'kysely';
import type { Act } from '../audit/audit.ts';
import type { RowsWrite } from '../storage/dialect.ts';
import type { Db } from '../storage/open-database.ts';
import type { AgentEventsTable, AgentPartsTable, AgentsTable } from '../storage/schema.ts';
import {
  type ConfigReport,
  type HealthSummary,
  type InstanceUid,
  type Labels,
  NO_LABELS,
  type ReportedParts,
  STORED_PART_NAMES,
  type StoredPartName,
  type Transport,
} from './agent.ts';
import type {
  AgentStore,
  LoadedAgent,
  NewAgentEvent,
  StoredAgent,
  StoredAgentEvent,
  StoredParts,
} from './agent-store.ts';
import { APPROVED, accessText, type Enrolment, parseAccess } from './enrolment.ts';

const LOAD_BATCH = 5000;

const PART_COLUMNS: Readonly<Record<StoredPartName, keyof AgentPartsTable>> = {
  description: 'description',
  health: 'health',
  effectiveConfig: 'effective_config',
  packageStatuses: 'package_statuses',
  customCapabilities: 'custom_capabilities',
  availableComponents: 'available_components',
  connectionSettingsStatus: 'connection_settings_status',
};

const text = (name: string) => ({ name, kind: 'text' }) as const;
const integer = (name: string) => ({ name, kind: 'integer' }) as const;
const bytes = (name: string) => ({ name, kind: 'bytes' }) as const;

const WRITE_AGENTS: RowsWrite = {
  table: 'agents',
  columns: [
    ...['uid', 'display_name', 'labels', 'summary', 'capabilities', 'sequence_num', 'transport'].map(text),
    text('remote_address'),
    text('credential'),
    text('enrolment'),
    text('access'),
    integer('first_seen_at'),
    integer('last_seen_at'),
  ],
  key: ['uid'],
  onConflict: 'replace',
};

const WRITE_PARTS: RowsWrite = {
  table: 'agent_parts',
  columns: [text('uid'), ...STORED_PART_NAMES.map((part) => bytes(PART_COLUMNS[part]))],
  key: ['uid'],
  onConflict: 'replace_given',
};

const WRITE_EVENTS: RowsWrite = {
  table: 'agent_events',
  columns: [text('uid'), integer('at'), text('kind'), text('detail'), text('data')],
  key: [],
  onConflict: 'keep',
};

interface Summary {
  readonly health: HealthSummary;
  readonly config: ConfigReport;
  readonly effectiveConfigAtMs: number | null;
  readonly drift?: number | null;
}

/** Agents in the database, in either dialect. */
export class AgentSql implements AgentStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async load(visit: (agents: readonly LoadedAgent[]) => void): Promise<void> {
    let afterUid = '';
    for (;;) {
      const rows = await this.#db.db
        .selectFrom('agents')
        .leftJoin('agent_parts', 'agent_parts.uid', 'agents.uid')
        .selectAll('agents')
        .select('agent_parts.description')
        .where('agents.uid', '>', afterUid)
        .orderBy('agents.uid')
        .limit(LOAD_BATCH)
        .execute();
      if (rows.length > 0) {
        const slab = new Slab(rows.reduce((total, row) => total + (row.description?.length ?? 0), 0));
        visit(
          rows.map((row) => ({
            ...agentOf(row),
            description: row.description ? slab.keep(row.description) : undefined,
          })),
        );
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < LOAD_BATCH) return;
      afterUid = last.uid;
    }
  }

  async save(agents: readonly StoredAgent[], act?: Act): Promise<void> {
    const rows = agents.map(rowOf);
    if (act === undefined) return this.#db.writeRows(WRITE_AGENTS, rows);
    await this.#db.audited(
      (tx) => this.#db.writeRows(WRITE_AGENTS, rows, tx),
      () => act,
    );
  }

  async saveReported(agents: readonly StoredAgent[], parts: readonly StoredParts[]): Promise<void> {
    const partRows = parts.map(({ uid, parts: given }) => [
      uid,
      ...STORED_PART_NAMES.map((part) => given[part] ?? null),
    ]);
    await this.#db.writeBehind([
      { write: WRITE_AGENTS, rows: agents.map(rowOf) },
      { write: WRITE_PARTS, rows: partRows },
    ]);
  }

  async parts(uid: InstanceUid): Promise<ReportedParts> {
    const row = await this.#db.db
      .selectFrom('agent_parts')
      .selectAll()
      .where('uid', '=', uid)
      .executeTakeFirst();
    const parts: { [name in StoredPartName]?: Uint8Array } = {};
    if (row === undefined) return parts;
    for (const part of STORED_PART_NAMES) {
      const value = row[PART_COLUMNS[part]];
      if (value instanceof Uint8Array) parts[part] = value;
    }
    return parts;
  }

  async effectiveConfigs(uids: readonly InstanceUid[]): Promise<ReadonlyMap<InstanceUid, Uint8Array>> {
    const configs = new Map<InstanceUid, Uint8Array>();
    if (uids.length === 0) return configs;
    const rows = await this.#db.db
      .selectFrom('agent_parts')
      .select(['uid', 'effective_config'])
      .where('uid', 'in', uids)
      .execute();
    for (const { uid, effective_config } of rows)
      if (effective_config !== null) configs.set(uid as InstanceUid, effective_config);
    return configs;
  }

  async remove(uids: readonly InstanceUid[], act?: Act): Promise<void> {
    await this.#db.audited(
      async (tx) => {
        for (const batch of chunks(uids, 500)) {
          await tx.deleteFrom('agents').where('uid', 'in', batch).execute();
          await tx.deleteFrom('agent_parts').where('uid', 'in', batch).execute();
          await tx.deleteFrom('agent_events').where('uid', 'in', batch).execute();
        }
      },
      () => act,
    );
  }

  async rename(oldUid: InstanceUid, newUid: InstanceUid): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const table of ['agents', 'agent_parts'] as const) {
        await tx.deleteFrom(table).where('uid', '=', newUid).execute();
        await tx.updateTable(table).set({ uid: newUid }).where('uid', '=', oldUid).execute();
      }
      await tx.deleteFrom('agent_credentials').where('uid', '=', newUid).execute();
      for (const table of ['agent_events', 'agent_credentials'] as const)
        await tx.updateTable(table).set({ uid: newUid }).where('uid', '=', oldUid).execute();
    });
  }

  async addEvents(events: readonly NewAgentEvent[]): Promise<void> {
    const rows = events.map(({ uid, atMs, kind, detail, data }) => [
      uid,
      atMs,
      kind,
      detail,
      JSON.stringify(data),
    ]);
    await this.#db.writeBehind([{ write: WRITE_EVENTS, rows }]);
  }

  async events(
    uid: InstanceUid,
    limit: number,
    beforeId: number | undefined,
    kinds: readonly AgentEventKind[] | undefined,
  ): Promise<StoredAgentEvent[]> {
    let query = this.#db.db.selectFrom('agent_events').selectAll().where('uid', '=', uid);
    if (kinds !== undefined) query = query.where('kind', 'in', kinds);
    if (beforeId !== undefined) query = query.where('id', '<', beforeId);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(eventOf);
  }

  async eventsOfAll(
    kind: AgentEventKind | undefined,
    limit: number,
    beforeId: number | undefined,
  ): Promise<StoredAgentEvent[]> {
    let query = this.#db.db.selectFrom('agent_events').selectAll();
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (beforeId !== undefined) query = query.where('id', '<', beforeId);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(eventOf);
  }

  async countEvents(uid: InstanceUid, kinds: readonly AgentEventKind[] | undefined): Promise<number> {
    let query = this.#db.db
      .selectFrom('agent_events')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('uid', '=', uid);
    if (kinds !== undefined) query = query.where('kind', 'in', kinds);
    return Number((await query.executeTakeFirstOrThrow()).count);
  }

  async pruneEvents(uids: readonly InstanceUid[], kept: number): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const uid of uids) {
        await sql`delete from agent_events where uid = ${uid} and id <= (
          select id from agent_events where uid = ${uid} order by id desc limit 1 offset ${kept})`.execute(
          tx,
        );
      }
    });
  }
}

/** Many small byte arrays in one buffer: one of its own costs each of them 200 bytes more. */
class Slab {
  readonly #bytes: Uint8Array;
  #end = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }

  keep(bytes: Uint8Array): Uint8Array {
    const start = this.#end;
    this.#bytes.set(bytes, start);
    this.#end += bytes.length;
    return this.#bytes.subarray(start, this.#end);
  }
}

function rowOf(agent: StoredAgent): (string | number | null)[] {
  const { health, config, effectiveConfigAtMs, drift } = agent;
  const summary: Summary = { health, config, effectiveConfigAtMs, drift };
  return [
    agent.uid,
    agent.displayNameOverride,
    JSON.stringify(agent.labels),
    JSON.stringify(summary),
    agent.capabilities.toString(),
    agent.sequenceNum.toString(),
    agent.transport,
    agent.remoteAddress,
    agent.certificate,
    agent.enrolment === APPROVED ? '' : JSON.stringify(agent.enrolment),
    accessText(agent.access),
    agent.firstSeenAtMs,
    agent.lastMessageAtMs,
  ];
}

function agentOf(row: AgentsTable): StoredAgent {
  const summary = JSON.parse(row.summary) as Summary;
  return {
    uid: row.uid as InstanceUid,
    displayNameOverride: row.display_name,
    labels: row.labels === '{}' ? NO_LABELS : (JSON.parse(row.labels) as Labels),
    capabilities: BigInt(row.capabilities),
    health: summary.health,
    config: summary.config,
    effectiveConfigAtMs: summary.effectiveConfigAtMs,
    drift: summary.drift ?? null,
    firstSeenAtMs: row.first_seen_at,
    lastMessageAtMs: row.last_seen_at,
    sequenceNum: BigInt(row.sequence_num),
    transport: row.transport as Transport,
    remoteAddress: row.remote_address,
    certificate: row.credential,
    enrolment: row.enrolment === '' ? APPROVED : (JSON.parse(row.enrolment) as Enrolment),
    access: parseAccess(row.access),
  };
}

function eventOf(row: Selectable<AgentEventsTable>): StoredAgentEvent {
  return {
    id: row.id,
    uid: row.uid as InstanceUid,
    atMs: row.at,
    kind: row.kind as AgentEventKind,
    detail: row.detail,
    data: JSON.parse(row.data) as Record<string, JsonValue>,
  };
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
