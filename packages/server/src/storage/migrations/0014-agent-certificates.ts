import { sql } from 'kysely';
import type { MigrationOf } from '../migration.ts';

export const agentCertificatesMigration: MigrationOf = () => ({
  async up(db) {
    await sql`alter table agent_credentials add column kind text not null default 'token'`.execute(db);
  },
});
