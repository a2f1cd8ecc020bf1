import { startPostgres } from '../postgres.ts';

/**
 * Before the project `pg`: puts the database's address into `DROVER_TEST_POSTGRES_URL`. Where there is none the
 * variable stays unset, the suites skip themselves, and `DROVER_TEST_POSTGRES_MISSING` holds the reason.
 */
export async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  if (postgres.kind === 'missing') {
    process.env.DROVER_TEST_POSTGRES_MISSING = postgres.reason;
    return async () => {};
  }
  process.env.DROVER_TEST_POSTGRES_URL = postgres.url;
  return () => postgres.stop();
}
