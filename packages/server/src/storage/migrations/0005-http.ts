import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const httpMigration: MigrationOf = ({ integerType, bytesType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    await sql`create table sessions (
      token_hash text primary key,
      user_name text not null,
      created_at ${integer} not null,
      expires_at ${integer} not null
    )`.execute(db);
    await sql`create table idempotency_keys (
      key_hash text primary key,
      request_hash text not null,
      status ${integer} not null,
      answer ${sql.raw(bytesType)} not null,
      created_at ${integer} not null
    )`.execute(db);
    await sql`create index idempotency_keys_by_age on idempotency_keys (created_at)`.execute(db);
  },
});
