import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const componentSetsMigration: MigrationOf = ({ bytesType, integerType }) => ({
  async up(db) {
    await sql`create table component_sets (
      hash text primary key,
      components ${sql.raw(bytesType)} not null,
      first_seen_at ${sql.raw(integerType)} not null
    )`.execute(db);
  },
});
