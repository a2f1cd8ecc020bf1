import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { errorText } from '../lib/errors.ts';
import type { DialectFlags } from './dialect.ts';
import type { MigrationOf } from './migration.ts';
import { agentsMigration } from './migrations/0001-agents.ts';
import { configsMigration } from './migrations/0002-configs.ts';
import { rolloutsMigration } from './migrations/0003-rollouts.ts';
import { enrolmentTokensMigration } from './migrations/0004-enrolment-tokens.ts';
import { httpMigration } from './migrations/0005-http.ts';
import { componentSetsMigration } from './migrations/0006-component-sets.ts';
import { configDraftsMigration } from './migrations/0010-config-drafts.ts';
import { agentCredentialsMigration } from './migrations/0011-agent-credentials.ts';
import { configSecretsMigration } from './migrations/0012-config-secrets.ts';
import { rolloutWavesMigration } from './migrations/0013-rollout-waves.ts';
import { agentCertificatesMigration } from './migrations/0014-agent-certificates.ts';
import { componentSchemasMigration } from './migrations/0015-component-schemas.ts';
import { rolloutLayersMigration } from './migrations/0017-rollout-layers.ts';
import { agentConfigsMigration } from './migrations/0018-agent-configs.ts';
import { auditMigration } from './migrations/0020-audit.ts';
import { savedViewsMigration } from './migrations/0021-saved-views.ts';
import type { Database } from './schema.ts';
import { StorageError } from './storage-error.ts';

/** In order and for ever: a migration that was released is never changed, only followed by another. */
const MIGRATIONS: Readonly<Record<string, MigrationOf>> = {
  '0001-agents': agentsMigration,
  '0002-configs': configsMigration,
  '0003-rollouts': rolloutsMigration,
  '0004-enrolment-tokens': enrolmentTokensMigration,
  '0005-http': httpMigration,
  '0006-component-sets': componentSetsMigration,
  '0010-config-drafts': configDraftsMigration,
  '0011-agent-credentials': agentCredentialsMigration,
  '0012-config-secrets': configSecretsMigration,
  '0013-rollout-waves': rolloutWavesMigration,
  '0014-agent-certificates': agentCertificatesMigration,
  '0015-component-schemas': componentSchemasMigration,
  '0017-rollout-layers': rolloutLayersMigration,
  '0018-agent-configs': agentConfigsMigration,
  '0020-audit': auditMigration,
  '0021-saved-views': savedViewsMigration,
};

/** Brings the database to the newest schema. Of several processes that start at once, one migrates and the others wait. */
export async function migrate(db: Kysely<Database>, flags: DialectFlags): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(Object.entries(MIGRATIONS).map(([name, make]) => [name, make(flags)])),
    },
  });
  await refuseNewer(db);
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find(({ status }) => status === 'Error')?.migrationName ?? 'the migrations';
    throw new StorageError('migration_failed', `database: ${failed}: ${errorText(error)}`, { cause: error });
  }
}

/** A database that a newer Drover has migrated is left alone. */
async function refuseNewer(db: Kysely<Database>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const unknown = rows.find(({ name }) => !(name in MIGRATIONS));
  if (unknown !== undefined) {
    throw new StorageError(
      'database_newer',
      `the database has the migration "${unknown.name}", which this version does not know: it was used by a newer drover-server; run that version`,
    );
  }
}
