import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';
import { BulkService } from './bulk-service.ts';

const WEB = { attributes: { 'os.type': 'linux' } };

interface Setup {
  readonly domain: TestDomain;
  readonly bulk: BulkService;
}

async function start(db: TestDatabase, size: number): Promise<Setup> {
  const domain = await startDomain(db);
  for (let number = 1; number <= size; number += 1) connectAgent(domain, number, number % 2 ? WEB : {});
  await domain.agents.flush();
  return { domain, bulk: new BulkService({ agents: domain.agents, log: silentLog }) };
}

const labelsOf = ({ agents }: TestDomain, number: number) => agents.record(uidOf(number))?.labels;
const eventsOf = async ({ agents }: TestDomain, number: number) =>
  (await agents.events(uidOf(number), { limit: 10 })).items;
const LINUX = { match: { selector: 'os.type=linux' } };

/** Labels of many agents and forgetting many, over a database that `open` gives, fresh each time. */
export function bulkSuite(open: () => Promise<TestDatabase>): void {
  describe('labels of many agents', () => {
    test('are counted first, and then set and removed, and survive a kill', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 5);
      await domain.agents.patch(uidOf(1), { labels: { env: 'prod', old: 'x', own: 'y' } }, 'ann');
      await domain.agents.patch(uidOf(3), { labels: { env: 'dev' } }, 'ann');
      const edit = { set: { env: 'prod' }, remove: ['old'] };
      const counted = { matched: 3, changed: 3, unchanged: 0, cannot: [] };
      expect(await bulk.previewLabels(LINUX, edit)).toMatchObject(counted);
      expect(labelsOf(domain, 3), 'nothing before the act').toEqual({ env: 'dev' });
      expect(await bulk.label(LINUX, edit, 'ann', 3)).toMatchObject({
        ...counted,
        instanceUids: [uidOf(1), uidOf(3), uidOf(5)],
      });
      const killed = await startDomain(db, new FakeClock());
      expect([1, 2, 3, 5].map((number) => labelsOf(killed, number))).toEqual([
        { env: 'prod', own: 'y' },
        {},
        { env: 'prod' },
        { env: 'prod' },
      ]);
      expect(domain.agents.list({ limit: 10, selector: 'env=prod' }).total).toBe(3);
    });

    test('are one entry of the audit trail, as is forgetting', async () => {
      await using db = await open();
      const { bulk } = await start(db, 5);
      await bulk.label(LINUX, { set: { env: 'prod' }, remove: ['old'] }, 'ann');
      await bulk.label(LINUX, { set: { env: 'prod' } }, 'ann');
      await bulk.forget({ instanceUids: [uidOf(2)] }, 'bob');
      const rows = await db.db.selectFrom('audit').selectAll().orderBy('id').execute();
      expect(
        rows.map(({ author, kind, subject_name: name, detail }) => [author, kind, name, detail]),
      ).toEqual([
        ['ann', 'agents.changed', '3 agents', 'labels: env=prod, -old; those of selector os.type=linux'],
        ['bob', 'agents.forgotten', 'otelcol', ''],
      ]);
    });

    test('stand with author and what was before in the timeline of each', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 3);
      await bulk.label(LINUX, { set: { env: 'dev' } }, 'ann');
      await bulk.label(LINUX, { set: { env: 'prod' } }, 'bob');
      expect((await eventsOf(domain, 3))[0]).toMatchObject({
        kind: 'labels_changed',
        detail: 'labels changed by bob',
        data: { author: 'bob', labels: { env: 'prod' }, before: { env: 'dev' } },
      });
      expect((await eventsOf(domain, 2)).map(({ kind }) => kind)).toEqual(['first_seen']);
    });

    test('are written once: who stands so already is unchanged and has no event', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 3);
      const edit = { set: { env: 'prod' }, remove: ['absent'] };
      await bulk.label(LINUX, edit, 'ann');
      expect(await bulk.label(LINUX, edit, 'ann')).toMatchObject({ changed: 0, unchanged: 2 });
      const kinds = (await eventsOf(domain, 1)).map(({ kind }) => kind);
      expect(kinds).toEqual(['labels_changed', 'first_seen']);
    });

    test('are refused to agents that would have too many, and to a selection that has grown', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 3);
      const full = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`key-${at}`, 'x']));
      await domain.agents.patch(uidOf(1), { labels: full }, 'ann');
      expect(await bulk.previewLabels(LINUX, { set: { more: 'x' } })).toMatchObject({
        changed: 1,
        cannot: [{ reason: 'would have more than 64 labels', count: 1 }],
      });
      connectAgent(domain, 5, WEB);
      await expect(bulk.label(LINUX, { set: { more: 'x' } }, 'ann', 1)).rejects.toMatchObject({
        code: 'selection_grown',
      });
      expect(labelsOf(domain, 3), 'nothing was changed').toEqual({});
    });

    test('make agents match the standing rules that look at them', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 3);
      await domain.configs.put('edge', { body: 'a: 1\n' }, { author: 'ann' });
      const target = { kind: 'config', name: 'edge' } as const;
      await domain.rollouts.create({ target, selector: 'env=prod' }, 'ann');
      await bulk.label(LINUX, { set: { env: 'prod' } }, 'ann');
      const known = () => domain.agents.list({ limit: 10, config: 'edge' }).total;
      await until(domain, () => known() === 2);
      await domain.stop();
    });
  });

  describe('forgetting many agents', () => {
    test('is counted with who is connected, and is gone from list and disk', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 5);
      domain.agents.agentDisconnected(uidOf(1), 'closed');
      const removed: string[] = [];
      domain.agents.changes.subscribe(({ kind, uids }) => {
        if (kind === 'removed') removed.push(...uids);
      });
      const counted = { matched: 2, changed: 2, connected: 1 };
      const selection = { ...LINUX, except: [uidOf(5)] };
      expect(await bulk.previewForget(selection)).toMatchObject(counted);
      expect(domain.agents.size).toBe(5);
      expect(await bulk.forget(selection, 'ann', 2)).toMatchObject(counted);
      expect(removed).toEqual([uidOf(1), uidOf(3)]);
      const killed = await startDomain(db, new FakeClock());
      expect(killed.agents.size).toBe(3);
      expect(killed.agents.record(uidOf(5))).toBeDefined();
      const events = await db.db.selectFrom('agent_events').select('uid').distinct().execute();
      expect(events.map(({ uid }) => uid)).not.toContain(uidOf(3));
    });

    test('may be repeated: those that are gone are unchanged', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 2);
      const selection = { instanceUids: [uidOf(1), uidOf(9)] };
      expect(await bulk.forget(selection, 'ann')).toMatchObject({ matched: 2, changed: 1, unchanged: 1 });
      expect(await bulk.forget(selection, 'ann')).toMatchObject({ matched: 2, changed: 0, unchanged: 2 });
      expect(domain.agents.size).toBe(1);
    });

    test('goes over more agents than are removed at a time', async () => {
      await using db = await open();
      const { domain, bulk } = await start(db, 1203);
      expect(await bulk.label({ match: {} }, { set: { env: 'x' } }, 'ann')).toMatchObject({ changed: 1203 });
      expect(domain.agents.list({ limit: 1, selector: 'env=x' }).total).toBe(1203);
      expect(await bulk.forget({ match: {}, except: [uidOf(7)] }, 'ann')).toMatchObject({ changed: 1202 });
      expect((await startDomain(db, new FakeClock())).agents.list({ limit: 5 }).items).toMatchObject([
        { instanceUid: uidOf(7), labels: { env: 'x' } },
      ]);
    });
  });
}
