import type { Db } from '../storage/open-database.ts';
import type { ComponentSetStore } from './component-set-store.ts';

/** Sets of components in the database, in either dialect. */
export function createComponentSetSql({
  db,
  transaction,
}: Pick<Db, 'db' | 'transaction'>): ComponentSetStore {
  return {
    async hashes() {
      const rows = await db
        .selectFrom('component_sets')
        .select('hash')
        .orderBy('first_seen_at')
        .orderBy('hash')
        .execute();
      return rows.map(({ hash }) => hash);
    },
    async find(hash) {
      const row = await db
        .selectFrom('component_sets')
        .select('components')
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row?.components;
    },
    async insert({ hash, components, firstSeenAtMs }) {
      const row = { hash, components: Buffer.from(components), first_seen_at: firstSeenAtMs };
      await transaction((tx) =>
        tx
          .insertInto('component_sets')
          .values(row)
          .onConflict((conflict) => conflict.column('hash').doNothing())
          .execute(),
      );
    },
    async remove(hashes) {
      if (hashes.length === 0) return;
      await transaction((tx) => tx.deleteFrom('component_sets').where('hash', 'in', hashes).execute());
    },
  };
}
