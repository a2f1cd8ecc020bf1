import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const agentConfigsMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    await sql`create table agent_configs (
      uid text not null,
      assigned_at ${integer} not null,
      cause text,
      rollout_id text,
      target text,
      hash text,
      result text,
      error text,
      result_at ${integer},
      primary key (uid, assigned_at)
    )`.execute(db);
  },
});
