import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { SAVED_VIEWS_MAX } from './saved-view.ts';
import { SavedViewService } from './saved-view-service.ts';
import { SavedViewSql } from './saved-view-sql.ts';

/** The behaviour of saved views over a database that `open` gives, fresh each time. */
export function savedViewSuite(open: () => Promise<TestDatabase>): void {
  const start = async (db: TestDatabase, clock = new FakeClock()) => {
    const views = new SavedViewService({ store: new SavedViewSql(db), clock, log: silentLog });
    await views.start();
    return views;
  };

  describe('saved views', () => {
    test('are there after a restart as they were written, with their author', async () => {
      await using db = await open();
      const content = {
        filter: { health: ['unhealthy' as const], selector: 'env in (prod,"a b")' },
        columns: ['name', 'label:env'],
        sort: '-name',
        by: 'attr:os.type',
      };
      const { view, isNew } = await (await start(db)).put('Kaputt in ✱ prod', content, 'ann');
      expect(view).toMatchObject({ ...content, name: 'Kaputt in ✱ prod', author: 'ann' });
      expect(isNew).toBe(true);
      expect((await start(db)).list({ limit: 10 })).toEqual({ items: [view], nextCursor: null, total: 1 });
    });

    test('are replaced under their name, and keep when they were made', async () => {
      await using db = await open();
      const clock = new FakeClock();
      const views = await start(db, clock);
      const changed: string[] = [];
      views.changes.subscribe((name) => changed.push(name));
      const first = await views.put('a', { sort: 'name' }, 'ann');
      await clock.advance(1_000);
      const second = await views.put('a', { by: 'type' }, 'bob');
      expect(second.isNew).toBe(false);
      expect(second.view).toMatchObject({ author: 'bob', by: 'type', createdAt: first.view.createdAt });
      expect(second.view.updatedAt > first.view.updatedAt).toBe(true);
      expect(second.view).not.toHaveProperty('sort');
      expect((await start(db)).list({ limit: 10 }).items).toEqual([second.view]);
      await views.remove('a', 'ann');
      await expect(views.remove('a', 'ann')).rejects.toMatchObject({ code: 'view_not_found' });
      expect((await start(db)).list({ limit: 10 }).total).toBe(0);
      expect(changed).toEqual(['a', 'a', 'a']);
      const acts = await db.db.selectFrom('audit').select(['kind', 'author', 'subject_id']).execute();
      expect(acts).toEqual([
        { kind: 'view.saved', author: 'ann', subject_id: 'a' },
        { kind: 'view.saved', author: 'bob', subject_id: 'a' },
        { kind: 'view.deleted', author: 'ann', subject_id: 'a' },
      ]);
    });

    test('are listed in pages, and are bounded', async () => {
      await using db = await open();
      const views = await start(db);
      for (let at = 0; at < SAVED_VIEWS_MAX; at += 1)
        await views.put(`v${String(at).padStart(3, '0')}`, {}, 'ann');
      await expect(views.put('one more', {}, 'ann')).rejects.toMatchObject({ code: 'invalid_request' });
      await views.put('v000', { sort: 'name' }, 'ann');
      const page = views.list({ limit: 60 });
      const rest = views.list({ limit: 60, cursor: page.nextCursor ?? '' });
      expect(page.items.length + rest.items.length).toBe(SAVED_VIEWS_MAX);
      expect(rest.nextCursor).toBeNull();
    });
  });
}
