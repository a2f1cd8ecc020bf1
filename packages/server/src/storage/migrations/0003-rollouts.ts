import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const rolloutsMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    const integer = sql.raw(integerType);
    await sql`create table rollouts (
      id text primary key,
      kind text not null,
      target text not null,
      selector text not null,
      strategy text not null,
      state text not null,
      is_standing ${integer} not null,
      created_at ${integer} not null,
      created_by text not null,
      updated_at ${integer} not null,
      ended_at ${integer}
    )`.execute(db);
    await sql`create table rollout_configs (
      rollout_id text not null,
      name text not null,
      primary key (rollout_id, name)
    )`.execute(db);
    await sql`create index rollout_configs_by_name on rollout_configs (name)`.execute(db);
    await sql`create table rollout_members (
      rollout_id text not null,
      uid text not null,
      state text not null,
      reason text not null,
      changed_at ${integer} not null,
      primary key (rollout_id, uid)
    )`.execute(db);
    await sql`create index rollout_members_by_uid on rollout_members (uid)`.execute(db);
    await sql`create table assignments (
      uid text not null,
      kind text not null,
      rollout_id text,
      target text not null,
      previous text,
      assigned_at ${integer} not null,
      primary key (uid, kind)
    )`.execute(db);
  },
});
