import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import { connectAgent, startDomain, uidOf } from '../testing/domain.ts';

/** The timelines of all agents as one, over a database that `open` gives, fresh each time. */
export function fleetEventSuite(open: () => Promise<TestDatabase>): void {
  describe('events of all agents', () => {
    test('are found behind more events of others than one page looks at', async () => {
      await using db = await open();
      const { agents } = await startDomain(db);
      connectAgent({ agents }, 1);
      connectAgent({ agents }, 2);
      await agents.patch(uidOf(2), { labels: { env: 'prod' } }, 'ann');
      await agents.flush();
      await addEvents(db, 25_000, 'described');
      const first = await agents.fleetEvents.page({ selector: 'env=prod', limit: 50 });
      expect(first).toMatchObject({ items: [], nextCursor: expect.any(String) });
      const cursor = first.nextCursor ?? undefined;
      const second = await agents.fleetEvents.page({ selector: 'env=prod', limit: 50, cursor });
      expect(second.items.map(({ kind }) => kind)).toContain('labels_changed');
      expect(second.nextCursor).toBeNull();
      const ofOne = await agents.fleetEvents.page({ instanceUid: uidOf(2), limit: 50 });
      expect(ofOne.items.map(({ kind }) => kind)).toContain('labels_changed');
      const ofKind = await agents.fleetEvents.page({ kind: ['labels_changed', 'first_seen'], limit: 50 });
      expect(ofKind.items.map(({ kind }) => kind)).toEqual(['labels_changed', 'first_seen', 'first_seen']);
    });

    test('come by an index, without sorting and without reading the others', async () => {
      await using db = await open();
      await addEvents(db, 30_000, 'described');
      await addEvents(db, 30, 'config_failed');
      await sql`analyze`.execute(db.db);
      const plans = [
        await planOf(db, sql`select * from agent_events where id < 29000 order by id desc limit 1000`),
        await planOf(
          db,
          sql`select * from agent_events where kind = 'config_failed' and id < 29000 order by id desc limit 1000`,
        ),
      ];
      for (const plan of plans) {
        expect(plan).not.toMatch(/seq scan|\bsort\b|temp b-tree/i);
      }
      expect(plans[1]).toMatch(/agent_events_by_kind/);
    });
  });
}

async function addEvents(db: TestDatabase, count: number, kind: string): Promise<void> {
  const columns = ['uid', 'kind', 'detail', 'data'].map((name) => ({ name, kind: 'text' as const }));
  await db.writeRows(
    {
      table: 'agent_events',
      columns: [...columns, { name: 'at', kind: 'integer' }],
      key: [],
      onConflict: 'keep',
    },
    Array.from({ length: count }, (_, number) => [uidOf(1), kind, `event ${number}`, '{}', number]),
  );
}

async function planOf(db: TestDatabase, query: ReturnType<typeof sql>): Promise<string> {
  const explain = db.kind === 'postgres' ? sql`explain ${query}` : sql`explain query plan ${query}`;
  return JSON.stringify((await explain.execute(db.db)).rows);
}
