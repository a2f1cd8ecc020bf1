import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const configsMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    await sql`create table configs (
      name text primary key,
      description text not null,
      created_at ${integer} not null,
      latest_revision ${integer} not null
    )`.execute(db);
    await sql`create table config_revisions (
      name text not null,
      number ${integer} not null,
      hash text not null,
      body text not null,
      content_type text not null,
      bytes ${integer} not null,
      author text not null,
      created_at ${integer} not null,
      primary key (name, number)
    )`.execute(db);
  },
});
