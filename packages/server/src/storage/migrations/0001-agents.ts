import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const agentsMigration: MigrationOf = ({ bytesType, integerType, serialKey }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    const bytes = sql.raw(bytesType);
    await sql`create table agents (
      uid text primary key,
      display_name text,
      labels text not null,
      summary text not null,
      capabilities text not null,
      sequence_num text not null,
      transport text not null,
      remote_address text not null,
      credential text,
      first_seen_at ${integer} not null,
      last_seen_at ${integer} not null
    )`.execute(db);
    await sql`create table agent_parts (
      uid text primary key,
      description ${bytes},
      health ${bytes},
      effective_config ${bytes},
      package_statuses ${bytes},
      custom_capabilities ${bytes},
      available_components ${bytes},
      connection_settings_status ${bytes}
    )`.execute(db);
    await sql`create table agent_events (
      id ${sql.raw(serialKey)},
      uid text not null,
      at ${integer} not null,
      kind text not null,
      detail text not null,
      data text not null
    )`.execute(db);
    await sql`create index agent_events_by_uid on agent_events (uid, id)`.execute(db);
  },
});
