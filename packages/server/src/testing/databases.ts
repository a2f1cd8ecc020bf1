import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Db, openDatabase } from '../storage/open-database.ts';

export type TestDatabase = Db & AsyncDisposable;

/** The embedded database, in memory. */
export async function openMemory(): Promise<TestDatabase> {
  return disposable(await openDatabase({ kind: 'memory' }));
}

/** Undefined where there is no PostgreSQL: then the suites skip themselves. */
export const POSTGRES_URL = process.env.DROVER_TEST_POSTGRES_URL;

/** An empty PostgreSQL database of its own, dropped afterwards. */
export async function openPostgres(): Promise<TestDatabase> {
  const { url, drop } = await createPostgres();
  return disposable(await openDatabase({ kind: 'postgres', url, maxConnections: 4 }), drop);
}

/** An empty PostgreSQL database for somebody else to open. */
export async function createPostgres(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `drover_${randomBytes(8).toString('hex')}`;
  await asAdmin(`create database ${name}`);
  const url = new URL(POSTGRES_URL ?? '');
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) };
}

/** The handle of a process that can be killed: what is under way then is committed or not, and nothing comes after it. */
export function killable(db: Db): { readonly db: Db; kill(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  let isKilled = false;
  const guarded = <T>(run: () => Promise<T>): Promise<T> => {
    if (isKilled) return new Promise<never>(() => {});
    const done = run();
    underWay.add(done);
    const forget = () => underWay.delete(done);
    done.then(forget, forget);
    // Nobody hears of what came to its end after the kill.
    return done.then(
      (value) => (isKilled ? new Promise<never>(() => {}) : value),
      (error) => (isKilled ? new Promise<never>(() => {}) : Promise.reject(error)),
    );
  };
  return {
    db: {
      ...db,
      transaction: (run) => guarded(() => db.transaction(run)),
      audited: (run, recordOf) => guarded(() => db.audited(run, recordOf)),
      writeRows: (...args) => guarded(() => db.writeRows(...args)),
      writeBehind: (writes) => guarded(() => db.writeBehind(writes)),
    },
    async kill() {
      isKilled = true;
      await Promise.allSettled(underWay);
    },
  };
}

function disposable(db: Db, after: () => Promise<void> = async () => {}): TestDatabase {
  return {
    ...db,
    async [Symbol.asyncDispose]() {
      await db.close();
      await after();
    },
  };
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
