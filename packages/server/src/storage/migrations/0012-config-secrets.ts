import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const configSecretsMigration: MigrationOf = ({ bytesType, integerType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    await sql`create table config_secrets (
      name text primary key,
      version ${integer} not null,
      sealed ${sql.raw(bytesType)},
      created_at ${integer} not null,
      updated_at ${integer} not null,
      author text not null
    )`.execute(db);
  },
});
