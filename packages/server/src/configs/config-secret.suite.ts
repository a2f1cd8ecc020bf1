import { describe, expect, test } from 'vitest';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { startDomain } from '../testing/domain.ts';
import { ConfigSecretService } from './config-secret-service.ts';
import { ConfigSecretSql } from './config-secret-sql.ts';

/** The behaviour of secrets over a database that `open` gives, fresh each time. */
export function configSecretSuite(open: () => Promise<TestDatabase>): void {
  describe('secrets', () => {
    test('are listed without their values, which stand nowhere in the database', async () => {
      await using db = await open();
      const { secrets, stop } = await startDomain(db);
      expect(await secrets.put('b', 'planted-marker', 'ann')).toMatchObject({
        isNew: true,
        secret: { name: 'b', version: 1, author: 'ann', isReadable: true },
      });
      await secrets.put('a', 'x', 'ann');
      expect(JSON.stringify(secrets.list({ limit: 10 }))).not.toContain('planted-marker');
      const page = secrets.list({ limit: 1 });
      expect(page).toMatchObject({ items: [{ name: 'a' }], total: 2 });
      expect(secrets.list({ limit: 1, cursor: page.nextCursor ?? '' })).toMatchObject({
        items: [{ name: 'b' }],
        nextCursor: null,
      });
      const rows = await db.db.selectFrom('config_secrets').selectAll().execute();
      for (const { sealed } of rows)
        expect(Buffer.from(sealed ?? []).toString('latin1')).not.toContain('planted');
      await stop();
    });

    test('have a version that no other value ever had, also after they were removed', async () => {
      await using db = await open();
      const { secrets, stop } = await startDomain(db);
      await secrets.put('key', 'one', 'ann');
      expect((await secrets.put('key', 'one', 'bob')).secret).toMatchObject({ version: 1, author: 'ann' });
      expect((await secrets.put('key', 'two', 'bob')).secret).toMatchObject({ version: 2, author: 'bob' });
      await secrets.remove('key', 'ann');
      expect(secrets.value('key')).toBeUndefined();
      await expect(secrets.remove('key', 'ann')).rejects.toMatchObject({ code: 'secret_not_found' });
      expect((await secrets.put('key', 'three', 'ann')).secret.version).toBe(3);
      expect(secrets.value('key')).toEqual({ text: 'three', version: 3 });
      await stop();
    });

    test('open with the key that sealed them and with no other, under their own name alone', async () => {
      await using db = await open();
      const { secrets, clock, stop } = await startDomain(db);
      await secrets.put('one', 'first', 'ann');
      await secrets.put('two', 'second', 'ann');
      const [one] = await db.db.selectFrom('config_secrets').selectAll().where('name', '=', 'one').execute();
      await db.db
        .updateTable('config_secrets')
        .set({ sealed: one?.sealed ?? null })
        .where('name', '=', 'two')
        .execute();
      const openWith = async (fill: number) => {
        const service = new ConfigSecretService({
          store: new ConfigSecretSql(db),
          clock,
          log: silentLog,
          key: Buffer.alloc(32, fill),
          uses: () => new Map(),
        });
        await service.start();
        return service;
      };
      const same = await openWith(7);
      expect([same.value('one')?.text, same.value('two')]).toEqual(['first', undefined]);
      const other = await openWith(8);
      expect(other.value('one')).toBeUndefined();
      expect(other.list({ limit: 1 }).items).toMatchObject([{ name: 'one', isReadable: false }]);
      await stop();
    });
  });
}
