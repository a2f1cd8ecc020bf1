import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const configDraftsMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    await sql`alter table config_revisions add column message text not null default ''`.execute(db);
    await sql`alter table config_revisions add column role text not null default ''`.execute(db);
    // Null: the usual one of the content type.
    await sql`alter table config_revisions add column format text`.execute(db);
    await sql`create table config_drafts (
      name text primary key,
      hash text not null,
      body text not null,
      content_type text not null,
      format text not null,
      role text not null,
      base_revision ${sql.raw(integerType)},
      author text not null,
      updated_at ${sql.raw(integerType)} not null
    )`.execute(db);
  },
});
