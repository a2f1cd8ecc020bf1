import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const agentCredentialsMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    // Agents that are known already were let in by what held then.
    await sql`alter table agents add column enrolment text not null default ''`.execute(db);
    await sql`alter table agents add column access text not null default 'none'`.execute(db);
    await sql`alter table enrolment_tokens add column auto_approve ${integer} not null default 0`.execute(db);
    await sql`create table agent_credentials (
      id text primary key,
      uid text not null,
      state text not null,
      hash text,
      offer_hash text,
      created_at ${integer} not null,
      created_by text not null,
      confirmed_at ${integer},
      expires_at ${integer},
      last_used_at ${integer} not null,
      error_message text not null
    )`.execute(db);
    await sql`create index agent_credentials_by_uid on agent_credentials (uid)`.execute(db);
    await sql`create index agent_credentials_by_use on agent_credentials (last_used_at, id)`.execute(db);
  },
});
