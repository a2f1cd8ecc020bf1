import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const enrolmentTokensMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    await sql`create table enrolment_tokens (
      id text primary key,
      name text not null unique,
      hash text not null unique,
      created_at ${integer} not null,
      created_by text not null,
      expires_at ${integer},
      last_used_at ${integer}
    )`.execute(db);
  },
});
