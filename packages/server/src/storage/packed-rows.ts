import type { RowStatement } from './dialect.ts';
import type { PackedRows } from './sqlite-protocol.ts';

type Value = RowStatement['rows'][number][number];

/** Rows as they go to the database's thread: byte arrays one by one would each be allocated twice more on their way. */
export function packRows(statements: readonly RowStatement[]): {
  readonly packed: PackedRows[];
  readonly bytes: Uint8Array<ArrayBuffer>;
} {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(byteLength(statements)).buffer);
  let used = 0;
  const pack = (value: Value): string | number | null => {
    if (!(value instanceof Uint8Array)) return value;
    bytes.set(value, used);
    used += value.length;
    return value.length;
  };
  const packed = statements.map(({ sql, bytesColumns, rows }) => {
    const values: (string | number | null)[] = [];
    for (const row of rows) for (const value of row) values.push(pack(value));
    return { sql, columns: rows[0]?.length ?? 0, values, bytesColumns };
  });
  return { packed, bytes };
}

function byteLength(statements: readonly RowStatement[]): number {
  let length = 0;
  for (const { bytesColumns, rows } of statements) {
    if (bytesColumns.length === 0) continue;
    for (const row of rows) {
      for (const column of bytesColumns) {
        const value = row[column];
        if (value instanceof Uint8Array) length += value.length;
      }
    }
  }
  return length;
}

/** Calls `run` with each row of each statement. The array and the byte arrays in it are valid until it returns. */
export function eachRow(
  statements: readonly PackedRows[],
  bytes: Uint8Array,
  run: (sql: string, row: readonly unknown[]) => void,
): void {
  let used = 0;
  for (const { sql, columns, values, bytesColumns } of statements) {
    const row: unknown[] = new Array(columns).fill(null);
    for (let at = 0; at < values.length; at += columns) {
      for (let column = 0; column < columns; column += 1) row[column] = values[at + column];
      for (const column of bytesColumns) {
        const length = row[column];
        if (typeof length !== 'number') continue;
        row[column] = bytes.subarray(used, used + length);
        used += length;
      }
      run(sql, row);
    }
  }
}
