import { sql } from 'kysely';
import type { InstanceUid } from '../agents/agent.ts';
import type { RowsWrite } from '../storage/dialect.ts';
import type { Db } from '../storage/open-database.ts';
import type { AgentHistoryEntry, AgentHistoryStore } from './agent-history-store.ts';
import type { PinnedTarget } from './rollout.ts';

const text = (name: string) => ({ name, kind: 'text' }) as const;
const integer = (name: string) => ({ name, kind: 'integer' }) as const;

const WRITE_ENTRIES: RowsWrite = {
  table: 'agent_configs',
  columns: [
    text('uid'),
    integer('assigned_at'),
    ...['cause', 'rollout_id', 'target', 'hash', 'result', 'error'].map(text),
    integer('result_at'),
  ],
  key: ['uid', 'assigned_at'],
  onConflict: 'replace_given',
};

/** What agents were given, of one kind of target, in either dialect. */
export class AgentHistorySql<T extends PinnedTarget> implements AgentHistoryStore<T> {
  readonly #db: Db;
  readonly #kind: string;

  constructor(db: Db, kind: string) {
    this.#db = db;
    this.#kind = kind;
  }

  save(entries: readonly AgentHistoryEntry<T>[]): Promise<void> {
    const texts = new Map<T, string>();
    const textOf = (target: T): string => {
      const json = texts.get(target) ?? JSON.stringify(target);
      texts.set(target, json);
      return json;
    };
    const rows = entries.map((entry) => [
      entry.uid,
      entry.assignedAtMs,
      entry.cause,
      entry.rolloutId,
      entry.target === null ? null : textOf(entry.target),
      entry.hash,
      entry.result,
      entry.error,
      entry.resultAtMs,
    ]);
    return this.#db.writeBehind([{ write: WRITE_ENTRIES, rows }]);
  }

  async complete(): Promise<void> {
    await sql`insert into agent_configs (uid, assigned_at, cause, rollout_id, target)
      select uid, assigned_at, case when rollout_id is null then 'rollback' else 'rollout' end, rollout_id, target
      from assignments where kind = ${this.#kind} and not exists (
        select 1 from agent_configs known where known.uid = assignments.uid and known.assigned_at = assignments.assigned_at)`.execute(
      this.#db.db,
    );
  }

  async page(uid: InstanceUid, limit: number, beforeMs: number | undefined): Promise<AgentHistoryEntry<T>[]> {
    let query = this.#db.db.selectFrom('agent_configs').selectAll().where('uid', '=', uid);
    if (beforeMs !== undefined) query = query.where('assigned_at', '<', beforeMs);
    const rows = await query.orderBy('assigned_at', 'desc').limit(limit).execute();
    return rows.map((row) => ({
      uid,
      assignedAtMs: row.assigned_at,
      cause: row.cause as AgentHistoryEntry<T>['cause'],
      rolloutId: row.rollout_id,
      target: row.target === null ? null : (JSON.parse(row.target) as T),
      hash: row.hash,
      result: row.result as AgentHistoryEntry<T>['result'],
      error: row.error,
      resultAtMs: row.result_at,
    }));
  }

  async count(uid: InstanceUid): Promise<number> {
    const row = await this.#db.db
      .selectFrom('agent_configs')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('uid', '=', uid)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  async prune(uids: readonly InstanceUid[], kept: number): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const uid of uids) {
        await sql`delete from agent_configs where uid = ${uid} and assigned_at <= (
          select assigned_at from agent_configs where uid = ${uid} order by assigned_at desc limit 1 offset ${kept})`.execute(
          tx,
        );
      }
    });
  }
}
