import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { openDatabase } from '../storage/open-database.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { type Act, named, ownAct } from './audit.ts';
import { AuditService } from './audit-service.ts';
import { AuditSql } from './audit-sql.ts';

const written = (name: string, detail = ''): Act => ({
  author: 'ann',
  kind: 'config.written',
  subject: named('config', name),
  detail,
});

const TWELVE = { kind: 'agents', id: '', name: '12 agents' } as const;

function startAudit(db: TestDatabase, options: { keptForMs?: number; maxEntries?: number } = {}) {
  const clock = new FakeClock(Date.now());
  const store = new AuditSql(db);
  const { keptForMs = 3_600_000, maxEntries = 1000 } = options;
  return { audit: new AuditService({ store, clock, log: silentLog, keptForMs, maxEntries }), clock, store };
}

/** The behaviour of the audit trail over a database that `open` gives, fresh each time. */
export function auditSuite(open: () => Promise<TestDatabase>): void {
  describe('the audit trail', () => {
    test('an act is written with what it did, or not at all', async () => {
      await using db = await open();
      const { audit } = startAudit(db);
      const told: number[] = [];
      db.acts.subscribe((id) => told.push(id));
      const draft = {
        name: 'edge',
        hash: 'aa',
        body: '',
        content_type: 'text/yaml',
        format: 'text',
        role: '',
      };
      const insert = (name: string, fails: boolean) =>
        db.audited(
          async (tx) => {
            const row = { ...draft, name, author: 'ann', updated_at: 1 };
            await tx.insertInto('config_drafts').values(row).execute();
            if (fails) throw new Error('the disk is full');
            return name;
          },
          (done) => written(done),
        );
      await expect(insert('lost', true)).rejects.toThrow('the disk is full');
      await insert('kept', false);
      const page = await audit.page({ limit: 10 });
      expect(page).toMatchObject({ total: 1, items: [{ subject: { kind: 'config', id: 'kept' } }] });
      expect(told).toEqual([page.items[0]?.id]);
      const drafts = await db.db.selectFrom('config_drafts').select('name').execute();
      expect(drafts).toEqual([{ name: 'kept' }]);
    });

    test('what came to nothing is not recorded', async () => {
      await using db = await open();
      const { audit } = startAudit(db);
      await db.audited(
        async () => false,
        (done) => (done ? written('edge') : undefined),
      );
      expect(await audit.page({ limit: 10 })).toMatchObject({ items: [], total: 0, nextCursor: null });
    });

    test('filters narrow one another, and pages follow', async () => {
      await using db = await open();
      const { audit } = startAudit(db);
      for (let number = 1; number <= 5; number += 1)
        await audit.record(written('edge', `revision ${number}`));
      await audit.record({ ...written('100%_sure', 'Größe, "quoted"'), author: 'bob' });
      await audit.record(
        ownAct({
          kind: 'agents.forgotten',
          subject: TWELVE,
          detail: 'gone',
          data: { agents: 12 },
        }),
      );
      const page = async (filter: object) => {
        const { items, total } = await audit.page({ limit: 10, ...filter });
        return [total, items.map(({ detail }) => detail)];
      };
      expect(await page({ author: 'bob' })).toEqual([1, ['Größe, "quoted"']]);
      expect(await page({ author: 'drover' })).toEqual([1, ['gone']]);
      expect(await page({ kind: ['agents.forgotten', 'config.deleted'] })).toEqual([1, ['gone']]);
      expect(await page({ subject: 'config:edge', q: 'REVISION 3' })).toEqual([1, ['revision 3']]);
      expect(await page({ subject: 'agents' })).toEqual([1, ['gone']]);
      expect(await page({ q: '%_' })).toEqual([1, ['Größe, "quoted"']]);
      expect(await page({ q: '%x_' })).toEqual([0, []]);
      expect(await page({ until: new Date(Date.now() - 60_000).toISOString() })).toEqual([0, []]);
      const first = await audit.page({ limit: 3, subject: 'config:edge' });
      const cursor = first.nextCursor ?? undefined;
      const second = await audit.page({ limit: 3, subject: 'config:edge', cursor });
      expect([first, second].flatMap(({ items }) => items.map(({ detail }) => detail))).toEqual(
        [5, 4, 3, 2, 1].map((number) => `revision ${number}`),
      );
      expect([first.total, second.total, second.nextCursor]).toEqual([5, 5, null]);
      await expect(audit.page({ limit: 3, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    test('is bounded by age and by number', async () => {
      await using db = await open();
      const { audit, clock } = startAudit(db, { maxEntries: 3 });
      for (let number = 1; number <= 5; number += 1) await audit.record(written(`c${number}`));
      await audit.prune();
      const names = async () => (await audit.page({ limit: 10 })).items.map(({ subject }) => subject.name);
      expect(await names()).toEqual(['c5', 'c4', 'c3']);
      clock.advance(3_600_000 + 60_000);
      await audit.prune();
      expect(await names()).toEqual([]);
    });

    test('an act has the address of the request that it began in', async () => {
      let address: string | null = '10.0.0.1';
      await using db = await openDatabase(
        { kind: 'memory' },
        { address: () => address, now: () => 5000 },
      ).then((opened) => ({ ...opened, [Symbol.asyncDispose]: () => opened.close() }));
      const { audit } = startAudit(db);
      const recording = audit.record(written('edge'));
      address = '10.0.0.2';
      await recording;
      await audit.record(ownAct({ kind: 'agents.forgotten', subject: TWELVE, detail: '' }));
      await setImmediate();
      const { items } = await audit.page({ limit: 10 });
      expect(items.map((entry) => [entry.author, entry.address, entry.at])).toEqual([
        ['drover', null, '1970-01-01T00:00:05.000Z'],
        ['ann', '10.0.0.1', '1970-01-01T00:00:05.000Z'],
      ]);
    });
  });
}
