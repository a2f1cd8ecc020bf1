import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const componentSchemasMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    await sql`create table component_schemas (
      distribution text not null,
      version text not null,
      hash text not null,
      body text not null,
      components ${sql.raw(integerType)} not null,
      created_at ${sql.raw(integerType)} not null,
      author text not null,
      primary key (distribution, version)
    )`.execute(db);
  },
});
