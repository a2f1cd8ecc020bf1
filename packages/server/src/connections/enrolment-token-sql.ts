import type { ActOf } from '../audit/audit.ts';
import type { Db } from '../storage/open-database.ts';
import type { EnrolmentToken } from './enrolment-token.ts';
import type { EnrolmentTokenStore, TokenUse } from './enrolment-token-store.ts';

/** Enrolment tokens in the database, in either dialect. */
export class EnrolmentTokenSql implements EnrolmentTokenStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async load(): Promise<EnrolmentToken[]> {
    const rows = await this.#db.db.selectFrom('enrolment_tokens').selectAll().orderBy('id').execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      hash: row.hash,
      createdAtMs: row.created_at,
      createdBy: row.created_by,
      expiresAtMs: row.expires_at,
      lastUsedAtMs: row.last_used_at,
      autoApprove: row.auto_approve !== 0,
    }));
  }

  create(token: EnrolmentToken, actOf?: ActOf<boolean>): Promise<boolean> {
    return this.#db.audited(async (tx) => {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('enrolment_tokens')
        .values({
          id: token.id,
          name: token.name,
          hash: token.hash,
          created_at: token.createdAtMs,
          created_by: token.createdBy,
          expires_at: token.expiresAtMs,
          last_used_at: token.lastUsedAtMs,
          auto_approve: token.autoApprove ? 1 : 0,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return Number(numInsertedOrUpdatedRows ?? 0) > 0;
    }, actOf);
  }

  async remove(id: string, actOf?: ActOf<boolean>): Promise<void> {
    await this.#db.audited(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('enrolment_tokens')
        .where('id', '=', id)
        .executeTakeFirst();
      return Number(numDeletedRows) > 0;
    }, actOf);
  }

  async used(uses: readonly TokenUse[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const { id, lastUsedAtMs } of uses) {
        await tx
          .updateTable('enrolment_tokens')
          .set({ last_used_at: lastUsedAtMs })
          .where('id', '=', id)
          .execute();
      }
    });
  }
}
