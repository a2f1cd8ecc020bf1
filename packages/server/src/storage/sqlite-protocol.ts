// What the main thread and the SQLite worker say to each other.

/** Runs each statement for each of its rows, in a transaction of its own unless one is open. */
export interface SqliteBatch {
  readonly id: number;
  readonly kind: 'batch';
  readonly statements: readonly PackedRows[];
  /** All byte arrays of all rows behind each other; it changes hands and is not copied. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isBehind: boolean;
}

export interface PackedRows {
  readonly sql: string;
  readonly columns: number;
  /**
   * Row after row, in one list: to copy a list for each row costs more than its values. In the place of a byte array
   * stands its length; they follow each other in `bytes`, in the order of the rows.
   */
  readonly values: readonly (string | number | null)[];
  /** Which columns hold byte arrays, by place. */
  readonly bytesColumns: readonly number[];
}

export type SqliteRequest =
  | { readonly id: number; readonly kind: 'query'; readonly sql: string; readonly params: readonly unknown[] }
  | SqliteBatch
  | { readonly id: number; readonly kind: 'close' };

export type SqliteReply =
  | {
      readonly id: number;
      readonly kind: 'done';
      readonly rows: readonly unknown[];
      readonly changes: number;
      readonly lastInsertRowid: number;
    }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string; readonly code: string };

export interface SqliteWorkerData {
  readonly file: string;
  /** Held for the life of the worker, so that one process only opens the database; undefined for none. */
  readonly lockFile: string | undefined;
}

/** First message of the worker. */
export type SqliteReady =
  | { readonly kind: 'ready' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'failed'; readonly message: string };
