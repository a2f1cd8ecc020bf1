import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import type { RowsWrite } from './dialect.ts';

const PARTS: RowsWrite = {
  table: 'agent_parts',
  columns: [
    { name: 'uid', kind: 'text' },
    { name: 'health', kind: 'bytes' },
    { name: 'description', kind: 'bytes' },
  ],
  key: ['uid'],
  onConflict: 'replace_given',
};
const EVENTS: RowsWrite = {
  table: 'agent_events',
  columns: [
    { name: 'uid', kind: 'text' },
    { name: 'detail', kind: 'bytes' },
  ],
  key: [],
  onConflict: 'keep',
};
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | null | undefined) => (value ? Buffer.from(value).toString() : value);

/** What the rest of the server relies on in a database that `open` gives, fresh each time. */
export function databaseSuite(open: () => Promise<TestDatabase>): void {
  describe('a database', () => {
    test('tells how large it is', async () => {
      await using db = await open();
      expect(await db.sizeBytes()).toBeGreaterThan(4096);
    });

    test('many rows are written at once, and only what is given is replaced', async () => {
      await using db = await open();
      const rows = Array.from({ length: 2500 }, (_, at) => [`agent-${at}`, bytes(`health ${at}`), null]);
      await db.writeRows(PARTS, rows);
      await db.writeRows(PARTS, [['agent-7', null, bytes('described')]]);
      await db.writeRows(PARTS, []);
      const row = await db.db
        .selectFrom('agent_parts')
        .selectAll()
        .where('uid', '=', 'agent-7')
        .executeTakeFirst();
      expect([text(row?.health), text(row?.description)]).toEqual(['health 7', 'described']);
      const { count } = await db.db
        .selectFrom('agent_parts')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      expect(Number(count)).toBe(2500);
    });

    test('a row that is there is replaced or kept as the write says', async () => {
      await using db = await open();
      await db.writeRows({ ...PARTS, onConflict: 'replace' }, [['a', bytes('one'), bytes('x')]]);
      await db.writeRows({ ...PARTS, onConflict: 'keep' }, [['a', bytes('two'), null]]);
      const read = () => db.db.selectFrom('agent_parts').selectAll().executeTakeFirstOrThrow();
      expect(text((await read()).health)).toBe('one');
      await db.writeRows({ ...PARTS, onConflict: 'replace' }, [['a', bytes('three'), null]]);
      const row = await read();
      expect([text(row.health), row.description]).toEqual(['three', null]);
    });

    test('a batch with a bad row writes none of its rows', async () => {
      await using db = await open();
      const bad = [
        ['a', bytes('one')],
        [null, bytes('two')],
      ];
      await expect(db.writeRows(EVENTS, bad)).rejects.toThrow();
      expect(await db.db.selectFrom('agent_events').selectAll().execute()).toEqual([]);
    });

    test('what is written behind goes into all of its tables or into none', async () => {
      await using db = await open();
      const good = { write: PARTS, rows: [['a', bytes('one'), null]] };
      const bad = { write: EVENTS, rows: [[null, bytes('two')]] };
      await expect(db.writeBehind([good, bad])).rejects.toThrow();
      expect(await db.db.selectFrom('agent_parts').selectAll().execute()).toEqual([]);
      await db.writeBehind([good, { ...good, rows: [] }, { ...good, rows: [['b', null, bytes('x')]] }]);
      expect(await db.db.selectFrom('agent_parts').select('uid').orderBy('uid').execute()).toEqual([
        { uid: 'a' },
        { uid: 'b' },
      ]);
      await db.transaction((tx) => tx.deleteFrom('agent_parts').execute());
    });

    test('a transaction that throws leaves nothing, and the next one works', async () => {
      await using db = await open();
      const insert = (name: string) => ({ name, description: '', created_at: 1, latest_revision: 1 });
      const failed = db.transaction(async (tx) => {
        await tx.insertInto('configs').values(insert('lost')).execute();
        await db.writeRows(PARTS, [['lost', bytes('x'), null]], tx);
        throw new Error('stop');
      });
      await expect(failed).rejects.toThrow('stop');
      await db.transaction((tx) => tx.insertInto('configs').values(insert('kept')).execute());
      expect(await db.db.selectFrom('configs').select('name').execute()).toEqual([{ name: 'kept' }]);
      expect(await db.db.selectFrom('agent_parts').selectAll().execute()).toEqual([]);
    });

    test('transactions and single statements that meet wait for each other', async () => {
      await using db = await open();
      await db.db
        .insertInto('configs')
        .values({ name: 'n', description: '', created_at: 1, latest_revision: 0 })
        .execute();
      const bump = () =>
        db.transaction(async (tx) => {
          const { latest_revision } = await db.flags
            .forUpdate(tx.selectFrom('configs').where('name', '=', 'n'))
            .select('latest_revision')
            .executeTakeFirstOrThrow();
          await tx
            .updateTable('configs')
            .set({ latest_revision: latest_revision + 1 })
            .execute();
        });
      await Promise.all([...Array.from({ length: 20 }, bump), db.ping(), db.ping()]);
      const row = await db.db.selectFrom('configs').selectAll().executeTakeFirstOrThrow();
      expect(row.latest_revision).toBe(20);
    });

    test('numbers of milliseconds come back as numbers', async () => {
      await using db = await open();
      const at = Date.UTC(2999, 0, 1);
      await db.db
        .insertInto('configs')
        .values({ name: 'n', description: '', created_at: at, latest_revision: 1 })
        .execute();
      const row = await db.db.selectFrom('configs').selectAll().executeTakeFirstOrThrow();
      expect(row.created_at).toBe(at);
    });

    test('a broken statement is refused and the next one is served', async () => {
      await using db = await open();
      await expect(sql`select nonsense from nowhere`.execute(db.db)).rejects.toThrow();
      await db.ping();
    });
  });
}
