import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const rolloutLayersMigration: MigrationOf = () => ({
  async up(db) {
    await sql`alter table rollouts add column message text not null default ''`.execute(db);
    await sql`alter table assignments add column stack_rollout_id text`.execute(db);
  },
});
