import type { ActivityKind, ActivitySubject, JsonValue } from '@drover/api';
import { type Selectable, sql } from 'kysely';
import type { Db } from '../storage/open-database.ts';
import type { AuditTable } from '../storage/schema.ts';
import type { Act } from './audit.ts';
import type { ActQuery, AuditStore, StoredAct } from './audit-store.ts';

/** The audit trail in the database, in either dialect. */
export class AuditSql implements AuditStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async add(act: Act): Promise<void> {
    await this.#db.audited(
      async () => {},
      () => act,
    );
  }

  async page(query: ActQuery, limit: number, beforeId: number | undefined): Promise<StoredAct[]> {
    let page = this.#matching(query).selectAll();
    if (beforeId !== undefined) page = page.where('id', '<', beforeId);
    return (await page.orderBy('id', 'desc').limit(limit).execute()).map(actOf);
  }

  async count(query: ActQuery): Promise<number> {
    const { count } = await this.#matching(query)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  async get(id: number): Promise<StoredAct | undefined> {
    const row = await this.#db.db.selectFrom('audit').selectAll().where('id', '=', id).executeTakeFirst();
    return row && actOf(row);
  }

  prune(untilMs: number, kept: number): Promise<number> {
    return this.#db.transaction(async (tx) => {
      const old = await tx.deleteFrom('audit').where('at', '<', untilMs).executeTakeFirst();
      const surplus = await sql`delete from audit where id <= (
        select id from audit order by id desc limit 1 offset ${kept})`.execute(tx);
      return Number(old.numDeletedRows) + Number(surplus.numAffectedRows ?? 0);
    });
  }

  #matching({ kinds, author, subject, words = [], sinceMs, untilMs }: ActQuery) {
    let query = this.#db.db.selectFrom('audit');
    if (kinds !== undefined) query = query.where('kind', 'in', [...kinds]);
    if (author !== undefined) query = query.where('author', '=', author);
    if (subject !== undefined) {
      query = query.where('subject_kind', '=', subject.kind);
      if (subject.id !== undefined) query = query.where('subject_id', '=', subject.id);
    }
    if (sinceMs !== undefined) query = query.where('at', '>=', sinceMs);
    if (untilMs !== undefined) query = query.where('at', '<', untilMs);
    for (const word of words) {
      const pattern = `%${word.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
      query = query.where(
        sql<boolean>`lower(subject_name || ' ' || subject_id || ' ' || detail) like ${pattern} escape '\\'`,
      );
    }
    return query;
  }
}

function actOf(row: Selectable<AuditTable>): StoredAct {
  return {
    id: row.id,
    atMs: row.at,
    author: row.author,
    kind: row.kind as ActivityKind,
    subject: { kind: row.subject_kind as ActivitySubject, id: row.subject_id, name: row.subject_name },
    detail: row.detail,
    data: JSON.parse(row.data) as Record<string, JsonValue>,
    address: row.address,
  };
}
