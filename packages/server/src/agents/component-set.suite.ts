import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { createComponentSetSql } from './component-set-sql.ts';
import { ComponentSets } from './component-sets.ts';

/** Sets of components over a database that `open` gives, fresh each time. */
export function componentSetSuite(open: () => Promise<TestDatabase>): void {
  async function setsOn(db: TestDatabase, limits: { maxSets?: number; maxBytesInMemory?: number } = {}) {
    const clock = new FakeClock();
    const sets = new ComponentSets({ store: createComponentSetSql(db), clock, log: silentLog, ...limits });
    await sets.start();
    return sets;
  }

  describe('sets of components', () => {
    it('are there at once, and after a restart', async () => {
      await using db = await open();
      const sets = await setsOn(db);
      expect(sets.has('aa')).toBe(false);
      sets.add('aa', Uint8Array.of(1, 2));
      sets.add('aa', Uint8Array.of(9));
      expect(sets.has('aa')).toBe(true);
      expect(await sets.get('aa')).toEqual(Uint8Array.of(1, 2));
      expect(await sets.get('bb')).toBeUndefined();
      await sets.stop();
      const restarted = await setsOn(db);
      expect(restarted.has('aa')).toBe(true);
      expect(Buffer.from((await restarted.get('aa')) ?? [])).toEqual(Buffer.of(1, 2));
    });

    it('are read again where memory has no place for them', async () => {
      await using db = await open();
      const sets = await setsOn(db, { maxBytesInMemory: 1 });
      for (const hash of ['aa', 'bb']) sets.add(hash, Buffer.from(hash));
      await sets.stop();
      for (const hash of ['aa', 'bb'])
        expect(Buffer.from((await sets.get(hash)) ?? []).toString()).toBe(hash);
    });

    it('the oldest makes place when there are too many', async () => {
      await using db = await open();
      const sets = await setsOn(db, { maxSets: 2 });
      for (const hash of ['aa', 'bb', 'cc']) sets.add(hash, Buffer.from(hash));
      await sets.stop();
      expect(['aa', 'bb', 'cc'].map((hash) => sets.has(hash))).toEqual([false, true, true]);
      expect(await createComponentSetSql(db).hashes()).toEqual(['bb', 'cc']);
    });

    it('one that could not be stored is not known', async () => {
      await using db = await open();
      const sets = await setsOn(db);
      await db.db.schema.dropTable('component_sets').execute();
      sets.add('aa', Uint8Array.of(1));
      await sets.stop();
      expect(sets.has('aa')).toBe(false);
    });
  });
}
