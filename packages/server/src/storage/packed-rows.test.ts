import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowStatement } from './dialect.ts';
import { eachRow, packRows } from './packed-rows.ts';

const bytes = fc
  .uint8Array({ maxLength: 5 })
  .map((array) => new Uint8Array([7, ...array, 7]).subarray(1, -1));
const row = fc.tuple(
  fc.string(),
  fc.option(bytes),
  fc.oneof(fc.integer(), fc.constant(null)),
  fc.option(bytes),
);

test('rows come out as they went in, whatever of them is null or empty', () => {
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 3 }), (tables) => {
      const statements: RowStatement[] = tables.map((rows, at) => ({
        sql: `insert ${at}`,
        bytesColumns: [1, 3],
        rows,
      }));
      const { packed, bytes: all } = packRows(statements);
      const moved = structuredClone({ packed, all }, { transfer: [all.buffer] });
      expect(all.buffer.byteLength).toBe(0);
      const seen: unknown[] = [];
      eachRow(moved.packed, moved.all, (sql, values) => seen.push([sql, ...structuredClone(values)]));
      const expected = tables.flatMap((rows, at) => rows.map((values) => [`insert ${at}`, ...values]));
      const plain = (value: unknown) =>
        JSON.stringify(value, (_key, inner) => (inner instanceof Uint8Array ? [...inner] : inner));
      expect(plain(seen)).toBe(plain(expected));
    }),
  );
});
