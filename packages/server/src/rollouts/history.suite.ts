import { type AgentConfigEntry, rolloutBackTo, rolloutOfRevision } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';
import { AgentHistorySql } from './agent-history-sql.ts';

async function put({ configs, clock }: TestDomain, name: string, text: string, message = ''): Promise<void> {
  clock.advance(1000);
  await configs.put(name, { body: `exporters: {debug/${text}: {}}\n`, message }, { author: 'ann' });
}

async function roll(domain: TestDomain, name: string, selector = '', message?: string): Promise<string> {
  domain.clock.advance(1000);
  const target = { kind: 'config', name } as const;
  const why = message === undefined ? {} : { message };
  const { id } = await domain.rollouts.create({ target, selector, ...why }, 'bob');
  await until(domain, () => domain.rollouts.get(id).endedAt !== null);
  return id;
}

const told = ({ cause, by, message, configs, result, error, isCurrent }: AgentConfigEntry) => [
  cause,
  by,
  message,
  configs.map(({ name, revision }) => `${name}@${revision}`).join(' '),
  result,
  error,
  isCurrent,
];

/** What is kept of configurations and agents over time, over a database that `open` gives, fresh each time. */
export function historySuite(open: () => Promise<TestDatabase>): void {
  describe('history', () => {
    test('of a configuration has its revisions and rollouts, newest first, page by page', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1);
      await put(domain, 'edge', 'a', 'the first');
      const first = await roll(domain, 'edge', '', 'to begin with');
      await put(domain, 'edge', 'b');
      await put(domain, 'other', 'a');
      await roll(domain, 'other');
      const second = await roll(domain, 'edge');
      const { items, total, nextCursor } = await domain.history.ofConfig('edge', { limit: 10 });
      expect([total, nextCursor]).toEqual([4, null]);
      expect(items).toMatchObject([
        {
          kind: 'rollout',
          revision: 2,
          rolloutId: second,
          by: 'bob',
          counts: { applied: 1 },
          replaces: 'stack',
        },
        { kind: 'revision', revision: 2, by: 'ann', message: '' },
        {
          kind: 'rollout',
          revision: 1,
          rolloutId: first,
          message: 'to begin with',
          counts: { superseded: 1 },
        },
        { kind: 'revision', revision: 1, by: 'ann', message: 'the first' },
      ]);
      const paged: unknown[] = [];
      let cursor: string | undefined;
      do {
        const page = await domain.history.ofConfig('edge', { limit: 1, cursor });
        paged.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(paged).toEqual(items);
      const rollouts = await domain.history.ofConfig('edge', { limit: 10, kind: 'rollout' });
      expect([rollouts.total, rollouts.items.map(({ kind }) => kind)]).toEqual([2, ['rollout', 'rollout']]);
      await expect(domain.history.ofConfig('none', { limit: 10 })).rejects.toMatchObject({
        code: 'config_not_found',
      });
      const preview = await domain.rollouts.preview(rolloutOfRevision('edge', 1));
      expect(preview.current).toMatchObject([{ next: [{ name: 'edge', revision: 1 }], agents: 1 }]);
      await domain.stop();
    });

    test('of an agent says what it was given, by whom and why, with what result, and leads back', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain, (uid, hash) =>
        hash === domain.rollouts.desired.desiredConfig(uid)?.hash &&
        domain.agents.record(uid)?.desired?.configs[0]?.name === 'bad'
          ? 'failed'
          : 'applied',
      );
      const uid = connectAgent(domain, 1);
      for (const name of ['good', 'bad', 'next']) await put(domain, name, name);
      await roll(domain, 'good', '', 'to begin with');
      const failed = await roll(domain, 'bad');
      domain.clock.advance(1000);
      await domain.rollouts.rollback(failed, 'cleo');
      await until(domain, () => domain.rollouts.get(failed).counts.applied === 1);
      await roll(domain, 'next');
      const { items, total } = await domain.history.ofAgent(uid, { limit: 10 });
      expect(items.map(told)).toEqual([
        ['rollout', 'bob', '', 'next@1', 'applied', '', true],
        ['rollback', 'cleo', '', 'good@1', 'applied', '', false],
        ['rollout', 'bob', '', 'bad@1', 'failed', 'no such receiver', false],
        ['rollout', 'bob', 'to begin with', 'good@1', 'applied', '', false],
      ]);
      expect(total).toBe(4);
      expect(items[0]?.hash).toBe(domain.rollouts.desired.desiredConfig(uid)?.hash);
      expect(items.every(({ resultAt, at }) => resultAt !== null && resultAt >= at)).toBe(true);
      const { items: page, nextCursor } = await domain.history.ofAgent(uid, { limit: 2 });
      const rest = await domain.history.ofAgent(uid, { limit: 2, cursor: nextCursor ?? '' });
      expect([...page, ...rest.items]).toEqual(items);
      const [, , , oldest] = items;
      if (oldest === undefined) throw new Error('nothing is kept');
      await domain.rollouts.create(rolloutBackTo(oldest), 'bob');
      await until(domain, () => domain.agents.record(uid)?.desired?.configs[0]?.name === 'good');
      await domain.stop();
      const restarted = await startDomain(db, new FakeClock(domain.clock.now() + 1000));
      expect((await restarted.history.ofAgent(uid, { limit: 10 })).items.slice(1).map(told)).toEqual(
        items.map((entry) => told({ ...entry, isCurrent: false })),
      );
      await restarted.agents.forget(uid, 'ann');
      connectAgent(restarted, 1);
      expect((await restarted.history.ofAgent(uid, { limit: 10 })).total).toBe(0);
      await restarted.stop();
    });

    test('loses nothing that an agent is to run when the process is killed, and says what waits and what was replaced', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain, () => undefined);
      const uid = connectAgent(domain, 1);
      await domain.agents.flush();
      for (const name of ['one', 'two']) {
        await put(domain, name, name);
        const target = { kind: 'config', name } as const;
        const { id } = await domain.rollouts.create({ target, selector: '' }, 'bob');
        await until(domain, () => domain.rollouts.get(id).counts.offered === 1);
      }
      const before = (await domain.history.ofAgent(uid, { limit: 10 })).items;
      expect(before.map(({ result, isCurrent }) => [result, isCurrent])).toEqual([
        ['waiting', true],
        ['replaced', false],
      ]);
      await put(domain, 'three', 'three');
      const { id } = await domain.rollouts.create(
        { target: { kind: 'config', name: 'three' }, selector: '' },
        'bob',
      );
      await until(domain, () => domain.rollouts.get(id).counts.offered === 1);
      const killed = await startDomain(db, new FakeClock(domain.clock.now()));
      const [newest, ...others] = (await killed.history.ofAgent(uid, { limit: 10 })).items;
      expect(newest).toMatchObject({ configs: [{ name: 'three', revision: 1 }], rolloutId: id, by: 'bob' });
      expect(others).toHaveLength(2);
      await killed.stop();
      await domain.stop();
    });

    test('of each agent is bounded', async () => {
      await using db = await open();
      const store = new AgentHistorySql<{ hash: string }>(db, 'config');
      const entries = [1, 2].flatMap((number) =>
        Array.from({ length: 30 }, (_, at) => ({
          uid: uidOf(number),
          assignedAtMs: at,
          cause: 'rollout' as const,
          rolloutId: 'r',
          target: { hash: 'ab' },
          hash: 'ab',
          result: null,
          error: null,
          resultAtMs: null,
        })),
      );
      await store.save(entries);
      await store.prune([uidOf(1)], 10);
      expect([await store.count(uidOf(1)), await store.count(uidOf(2))]).toEqual([10, 30]);
      const [newest] = await store.page(uidOf(1), 1, undefined);
      expect(newest?.assignedAtMs).toBe(29);
    });
  });
}
