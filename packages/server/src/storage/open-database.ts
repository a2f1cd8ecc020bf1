import { join } from 'node:path';
import { type Dialect, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { errorText } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import { type AuditRecord, insertAudit } from './audit-record.ts';
import { lockedBy, notePid, prepareDataDir } from './data-dir.ts';
import {
  type DatabaseKind,
  type DialectFlags,
  postgresFlags,
  type RowsToWrite,
  type RowsWrite,
  sqliteFlags,
} from './dialect.ts';
import { migrate } from './migrations.ts';
import type { Database } from './schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { SqliteThread } from './sqlite-thread.ts';
import { StorageError } from './storage-error.ts';
import { WriteTurns } from './write-turns.ts';

export type DatabaseSettings =
  /** `dataDir` holds the database and its lock. */
  | { readonly kind: 'sqlite'; readonly dataDir: string }
  /** Gone when it is closed; for tests. */
  | { readonly kind: 'memory' }
  | { readonly kind: 'postgres'; readonly url: string; readonly maxConnections?: number };

export interface DatabaseObserver {
  /** A write was committed after so long; failures are counted too. */
  wrote?(durationMs: number): void;
  /** From where somebody acts now; asked when an act begins. */
  address?(): string | null;
  /** The time of an act; that of the system where it is left out. */
  now?(): number;
}

/** Inside a transaction, use what it gives and nothing else: the embedded database has one connection. */
export type Executor = Kysely<Database>;

export interface Db {
  readonly db: Kysely<Database>;
  readonly kind: DatabaseKind;
  readonly flags: DialectFlags;
  /** All or nothing. When it resolves, the change is on disk. */
  transaction<T>(run: (tx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** As `transaction`; what `recordOf` makes of the outcome is written with it, and told to `acts` after. */
  audited<T>(
    run: (tx: Transaction<Database>) => Promise<T>,
    recordOf?: (outcome: T) => AuditRecord | undefined,
  ): Promise<T>;
  /** Ids of audit records that are on disk. */
  readonly acts: Listeners<number>;
  /** Many rows at the cost of one statement, atomically; in `executor`'s transaction where one is given. */
  writeRows(
    write: RowsWrite,
    rows: readonly (readonly (string | number | Uint8Array | null)[])[],
    executor?: Executor,
  ): Promise<void>;
  /** Many rows of several tables, atomically; safe from a kill of the process when it resolves, from a power failure soon after. For what agents can be asked for again. */
  writeBehind(writes: readonly RowsToWrite[]): Promise<void>;
  /** Answers when the database does; rejects when it cannot be reached. */
  ping(): Promise<void>;
  /** What it takes on disk; null where that cannot be told. */
  sizeBytes(): Promise<number | null>;
  /** Safe twice. */
  close(): Promise<void>;
}

/** Opens the database and brings its schema up to date. Rejects with a StorageError that says what to do. */
export async function openDatabase(settings: DatabaseSettings, observer: DatabaseObserver = {}): Promise<Db> {
  const flags = settings.kind === 'postgres' ? postgresFlags : sqliteFlags;
  const db = new Kysely<Database>({ dialect: await dialectOf(settings) });
  try {
    await migrate(db, flags);
  } catch (error) {
    await db.destroy();
    if (error instanceof StorageError) throw error;
    throw new StorageError('database_unreachable', `cannot use the database: ${errorText(error)}`, {
      cause: error,
    });
  }
  return handleOf(db, flags, observer);
}

function handleOf(db: Kysely<Database>, flags: DialectFlags, observer: DatabaseObserver): Db {
  const timed = async <T>(run: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now();
    try {
      return await run();
    } finally {
      observer.wrote?.(performance.now() - startedMs);
    }
  };
  const turns = flags.hasOneWriter ? new WriteTurns() : undefined;
  const awaited = <T>(run: () => Promise<T>) => (turns === undefined ? run() : turns.awaited(run));
  const acts = new Listeners<number>();
  const transaction = <T>(run: (tx: Transaction<Database>) => Promise<T>) =>
    awaited(() => timed(() => db.transaction().execute(run)));
  const behind = <T>(run: () => Promise<T>) => (turns === undefined ? run() : turns.behind(run));
  let closed: Promise<void> | undefined;
  return {
    db,
    kind: flags.kind,
    flags,
    transaction,
    audited: async (run, recordOf) => {
      if (recordOf === undefined) return transaction(run);
      // Asked here: a transaction may wait, and then runs on behalf of another request.
      const address = observer.address?.() ?? null;
      const { outcome, id } = await transaction(async (tx) => {
        const done = await run(tx);
        const record = recordOf(done);
        const atMs = observer.now?.() ?? Date.now();
        return { outcome: done, id: record && (await insertAudit(tx, record, atMs, address)) };
      });
      if (id !== undefined) acts.emit(id);
      return outcome;
    },
    acts,
    writeRows: (write, rows, executor) =>
      executor === undefined
        ? awaited(() => timed(() => flags.writeRows(db, write, rows)))
        : flags.writeRows(executor, write, rows),
    writeBehind: (writes) => behind(() => timed(() => flags.writeBehind(db, writes))),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    sizeBytes: async () => {
      const { rows } = await sql<{ size: number }>`${sql.raw(flags.sizeQuery)}`.execute(db);
      return rows[0] === undefined ? null : Number(rows[0].size);
    },
    close: () => {
      closed ??= db.destroy();
      return closed;
    },
  };
}

async function dialectOf(settings: DatabaseSettings): Promise<Dialect> {
  switch (settings.kind) {
    case 'memory':
      return createSqliteDialect(await SqliteThread.start({ file: ':memory:', lockFile: undefined }));
    case 'sqlite':
      return createSqliteDialect(await openDataDir(settings.dataDir));
    case 'postgres':
      return new PostgresDialect({ pool: createPool(settings.url, settings.maxConnections ?? 10) });
  }
}

async function openDataDir(dataDir: string): Promise<SqliteThread> {
  prepareDataDir(dataDir);
  try {
    const thread = await SqliteThread.start({
      file: join(dataDir, 'drover.db'),
      lockFile: join(dataDir, 'drover.lock'),
    });
    notePid(dataDir);
    return thread;
  } catch (error) {
    throw error instanceof StorageError && error.code === 'database_locked' ? lockedBy(dataDir) : error;
  }
}

const INT8 = 20;

function createPool(url: string, max: number): pg.Pool {
  // A type parser of this pool alone: int8 as number, since all that we store stays below 2^53.
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text'),
  };
  const pool = new pg.Pool({ connectionString: url, max, types, application_name: 'drover' });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}
