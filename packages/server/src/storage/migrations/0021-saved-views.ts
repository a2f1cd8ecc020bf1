import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const savedViewsMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    await sql`create table saved_views (
      name text primary key,
      content text not null,
      author text not null,
      created_at ${sql.raw(integerType)} not null,
      updated_at ${sql.raw(integerType)} not null
    )`.execute(db);
  },
});
