import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const auditMigration: MigrationOf = ({ integerType, serialKey }) => ({
  async up(db) {
    await sql`create table audit (
      id ${sql.raw(serialKey)},
      at ${sql.raw(integerType)} not null,
      author text not null,
      kind text not null,
      subject_kind text not null,
      subject_id text not null,
      subject_name text not null,
      detail text not null,
      data text not null,
      address text
    )`.execute(db);
    await sql`create index audit_by_at on audit (at)`.execute(db);
    await sql`create index audit_by_kind on audit (kind, id)`.execute(db);
    await sql`create index audit_by_author on audit (author, id)`.execute(db);
    await sql`create index audit_by_subject on audit (subject_kind, subject_id, id)`.execute(db);
    // The newest events of one kind over all agents.
    await sql`create index agent_events_by_kind on agent_events (kind, id)`.execute(db);
  },
});
