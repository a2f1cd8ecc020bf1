import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { eachRow } from './packed-rows.ts';
import type {
  SqliteBatch,
  SqliteReady,
  SqliteReply,
  SqliteRequest,
  SqliteWorkerData,
} from './sqlite-protocol.ts';

// Runs in a worker thread: SQLite is synchronous, and a batch or a checkpoint takes some 15 ms.

const STATEMENTS_KEPT = 500;

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('sqlite-worker runs in a worker thread only');
  const { file, lockFile } = workerData as SqliteWorkerData;
  const say = (message: SqliteReady | SqliteReply): void => port.postMessage(message);

  let lock: BetterSqlite3.Database | undefined;
  let database: BetterSqlite3.Database;
  try {
    lock = lockFile === undefined ? undefined : takeLock(lockFile);
    database = open(file);
  } catch (error) {
    say(isBusy(error) ? { kind: 'locked' } : { kind: 'failed', message: (error as Error).message });
    port.close();
    return;
  }

  const statements = new Map<string, BetterSqlite3.Statement<unknown[]>>();
  const prepare = (sql: string): BetterSqlite3.Statement<unknown[]> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare<unknown[]>(sql);
    if (statements.size >= STATEMENTS_KEPT) statements.clear();
    statements.set(sql, statement);
    return statement;
  };

  const runBatch = ({ statements: given, bytes, isBehind }: SqliteBatch): number => {
    const isOwn = !database.inTransaction;
    const isUnsynced = isOwn && isBehind;
    if (isUnsynced) database.pragma('synchronous = NORMAL');
    if (isOwn) database.exec('begin immediate');
    let changes = 0;
    try {
      eachRow(given, bytes, (sql, row) => {
        prepare(sql).run(row);
        changes += 1;
      });
      if (isOwn) database.exec('commit');
    } catch (error) {
      if (isOwn && database.inTransaction) database.exec('rollback');
      throw error;
    } finally {
      if (isUnsynced) database.pragma('synchronous = FULL');
    }
    return changes;
  };

  const answer = (request: SqliteRequest): SqliteReply => {
    const done = { id: request.id, kind: 'done', rows: [], changes: 0, lastInsertRowid: 0 } as const;
    switch (request.kind) {
      case 'query': {
        const statement = prepare(request.sql);
        if (statement.reader) return { ...done, rows: statement.all(...request.params) };
        const { changes, lastInsertRowid } = statement.run(...request.params);
        return { ...done, changes, lastInsertRowid: Number(lastInsertRowid) };
      }
      case 'batch':
        return { ...done, changes: runBatch(request) };
      case 'close':
        statements.clear();
        database.close();
        lock?.close();
        return done;
    }
  };

  port.on('message', (request: SqliteRequest) => {
    try {
      say(answer(request));
    } catch (error) {
      const { message, code } = error as { message: string; code?: string };
      say({ id: request.id, kind: 'failed', message, code: code ?? '' });
    }
    if (request.kind === 'close') port.close();
  });
  say({ kind: 'ready' });
}

function open(file: string): BetterSqlite3.Database {
  const database = new BetterSqlite3(file, { timeout: 5000 });
  database.pragma('journal_mode = WAL');
  // What is acknowledged is on disk: FULL syncs the log at each commit, NORMAL would lose the last ones with the power.
  database.pragma('synchronous = FULL');
  // In KiB. The system keeps the file's pages in its own cache; a second copy of them costs memory and gains little.
  database.pragma('cache_size = -8192');
  database.pragma('temp_store = MEMORY');
  return database;
}

/** A lock of the operating system, by way of SQLite's own: it goes when the process goes, however that ends. */
function takeLock(lockFile: string): BetterSqlite3.Database {
  const lock = new BetterSqlite3(lockFile, { timeout: 0 });
  lock.exec('begin exclusive');
  return lock;
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

main();
