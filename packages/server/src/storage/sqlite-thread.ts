import { Worker } from 'node:worker_threads';
import type { RowBatch } from './dialect.ts';
import { packRows } from './packed-rows.ts';
import type { SqliteReady, SqliteReply, SqliteRequest, SqliteWorkerData } from './sqlite-protocol.ts';
import { StorageError } from './storage-error.ts';

type Done = Extract<SqliteReply, { kind: 'done' }>;
type Unsent<T> = T extends unknown ? Omit<T, 'id'> : never;
interface Waiting {
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

/** A failed statement; `code` is SQLite's, e.g. SQLITE_CONSTRAINT_UNIQUE. */
export class SqliteError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'SqliteError';
    this.code = code;
  }
}

/** The worker thread that has the SQLite database, as calls. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended: Error | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: SqliteReply) => this.#take(reply));
    worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.#end(new Error('the database thread has ended')));
  }

  /** Rejects with a StorageError where the file cannot be opened or another process has it. */
  static async start(data: SqliteWorkerData): Promise<SqliteThread> {
    // From sources, built, or bundled: the worker stands beside this file, with the same ending.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const worker = new Worker(new URL(`./sqlite-worker${ending}`, import.meta.url), {
      workerData: data,
      name: 'sqlite',
      // What passes through the thread is short-lived: a batch of rows at a time.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const ready = await new Promise<SqliteReady>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    // Not all listeners: without the worker's own ones no message would arrive any more.
    worker.removeAllListeners('error');
    if (ready.kind === 'ready') return new SqliteThread(worker);
    await worker.terminate();
    if (ready.kind === 'locked')
      throw new StorageError('database_locked', `${data.file} is open in another process`);
    throw new StorageError('database_unusable', `cannot open ${data.file}: ${ready.message}`);
  }

  query(sql: string, params: readonly unknown[]): Promise<Done> {
    return this.#ask({ kind: 'query', sql, params });
  }

  batch({ statements, isBehind }: RowBatch): Promise<Done> {
    const { packed, bytes } = packRows(statements);
    return this.#ask({ kind: 'batch', statements: packed, bytes, isBehind }, [bytes.buffer]);
  }

  /** Closes the database and ends the thread; safe twice. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.#ask({ kind: 'close' });
    await exited;
  }

  #ask(request: Unsent<SqliteRequest>, moved: readonly ArrayBuffer[] = []): Promise<Done> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id }, moved);
    });
  }

  #take(reply: SqliteReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') waiting.resolve(reply);
    else waiting.reject(new SqliteError(reply.message, reply.code));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
