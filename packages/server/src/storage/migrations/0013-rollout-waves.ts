import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const rolloutWavesMigration: MigrationOf = ({ integerType }) => ({
  async up(db) {
    // JSON; null for rollouts that were made before there were waves.
    await sql`alter table rollouts add column progress text`.execute(db);
    await sql`alter table rollout_members add column wave ${sql.raw(integerType)} not null default 0`.execute(
      db,
    );
  },
});
