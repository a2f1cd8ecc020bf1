import type { ActOf } from '../audit/audit.ts';
import type { Db } from '../storage/open-database.ts';
import type { ConfigSecret } from './config-secret.ts';
import type { ConfigSecretStore } from './config-secret-store.ts';

/** Secrets in the database, in either dialect. A removed one leaves its version, so that none is used twice. */
export class ConfigSecretSql implements ConfigSecretStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async load(): Promise<ConfigSecret[]> {
    const rows = await this.#db.db.selectFrom('config_secrets').selectAll().orderBy('name').execute();
    return rows.flatMap((row) =>
      row.sealed === null
        ? []
        : [
            {
              name: row.name,
              version: row.version,
              sealed: row.sealed,
              createdAtMs: row.created_at,
              updatedAtMs: row.updated_at,
              author: row.author,
            },
          ],
    );
  }

  put(
    { name, version, sealed, createdAtMs, updatedAtMs, author }: ConfigSecret,
    actOf?: ActOf<boolean>,
  ): Promise<boolean> {
    const row = { version, sealed, created_at: createdAtMs, updated_at: updatedAtMs, author };
    return this.#db.audited(async (tx) => {
      if (version === 1) {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto('config_secrets')
          .values({ name, ...row })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst();
        return Number(numInsertedOrUpdatedRows ?? 0) > 0;
      }
      const { numUpdatedRows } = await tx
        .updateTable('config_secrets')
        .set(row)
        .where('name', '=', name)
        .where('version', '=', version - 1)
        .executeTakeFirst();
      return Number(numUpdatedRows) > 0;
    }, actOf);
  }

  async lastVersion(name: string): Promise<number> {
    const row = await this.#db.db
      .selectFrom('config_secrets')
      .select('version')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.version ?? 0;
  }

  remove(name: string, actOf?: ActOf<boolean>): Promise<boolean> {
    return this.#db.audited(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('config_secrets')
        .set({ sealed: null })
        .where('name', '=', name)
        .where('sealed', 'is not', null)
        .executeTakeFirst();
      return Number(numUpdatedRows) > 0;
    }, actOf);
  }
}
