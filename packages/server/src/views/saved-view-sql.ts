import type { SavedViewPut } from '@drover/api';
import type { ActOf } from '../audit/audit.ts';
import type { Db } from '../storage/open-database.ts';
import type { SavedViewRecord } from './saved-view.ts';
import type { SavedViewStore } from './saved-view-store.ts';

/** Saved views in the database, in either dialect. */
export class SavedViewSql implements SavedViewStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async load(): Promise<SavedViewRecord[]> {
    const rows = await this.#db.db.selectFrom('saved_views').selectAll().execute();
    return rows.map(({ name, content, author, created_at, updated_at }) => ({
      name,
      content: JSON.parse(content) as SavedViewPut,
      author,
      createdAtMs: created_at,
      updatedAtMs: updated_at,
    }));
  }

  async put(
    { name, content, author, createdAtMs, updatedAtMs }: SavedViewRecord,
    actOf?: ActOf<void>,
  ): Promise<void> {
    const row = { content: JSON.stringify(content), author, updated_at: updatedAtMs };
    await this.#db.audited(async (tx) => {
      await tx
        .insertInto('saved_views')
        .values({ name, created_at: createdAtMs, ...row })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute();
    }, actOf);
  }

  remove(name: string, actOf?: ActOf<boolean>): Promise<boolean> {
    return this.#db.audited(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('saved_views')
        .where('name', '=', name)
        .executeTakeFirst();
      return Number(numDeletedRows) > 0;
    }, actOf);
  }
}
