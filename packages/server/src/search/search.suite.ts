import type { SearchPage } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { ConfigSql } from '../configs/config-sql.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';
import { RevisionSearch } from './revision-search.ts';
import { SearchService } from './search-service.ts';

const BODY = (gateway: string) => `receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}}
exporters:
  otlp/gateway:
    endpoint: ${gateway}:4317
    headers: {authorization: "Bearer hunter2-hunter2"}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp/gateway]}}}
`;
/** What a supervisor adds: the agent's own uid and a port of its own. */
const EFFECTIVE = (gateway: string, number: number) => `${BODY(gateway)}extensions:
  opamp: {instance_uid: ${uidOf(number)}, server: {ws: {endpoint: "ws://127.0.0.1:${2000 + number}/v1/opamp"}}}
`;

function report({ agents }: TestDomain, number: number, text: string): void {
  const effectiveConfig = Buffer.from(text);
  agents.agentReported(uidOf(number), { sequenceNum: 5n, capabilities: 0x1807n, parts: { effectiveConfig } });
}

const find = (
  { search }: TestDomain,
  q: string,
  more: Partial<Parameters<TestDomain['search']['search']>[0]> = {},
): Promise<SearchPage> => search.search({ q, limit: 50, ...more });

/** Each content that was found: how many agents, and the lines. */
async function effective(domain: TestDomain, q: string, more: { selector?: string } = {}) {
  const { items } = await find(domain, q, { in: 'effective', ...more });
  return items.map((item) =>
    item.kind === 'effective'
      ? [item.agents, item.files.flatMap(({ hits }) => hits.map(({ line, path }) => `${line} ${path}`))]
      : item,
  );
}

const runs = async ({ agents, search }: TestDomain, q: string) =>
  agents
    .list({ limit: 50, effective: [...(await search.contentsOf(q))], sort: 'name' })
    .items.map(({ instanceUid }) => instanceUid)
    .sort();

/** Searches over a database that `open` gives, fresh each time. */
export function searchSuite(open: () => Promise<TestDatabase>): void {
  describe('a search', () => {
    test('tells which agents still send to an address: each content once, with its lines and its agents', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      for (let number = 1; number <= 5; number += 1) {
        connectAgent(domain, number);
        if (number < 5) report(domain, number, EFFECTIVE(number < 4 ? 'old.example' : 'new.example', number));
      }
      const page = await find(domain, 'exports:old.example', { in: 'effective' });
      expect(page).toMatchObject({
        total: 1,
        nextCursor: null,
        agents: { matched: 3, searched: 4, notReported: 1, notSearched: 0 },
        configs: null,
        isTruncated: false,
      });
      expect(page.items).toMatchObject([
        {
          kind: 'effective',
          agents: 3,
          sample: [{ instanceUid: uidOf(1), state: 'connected', health: 'unknown' }, {}, {}],
          files: [
            {
              name: '',
              lines: 1,
              hits: [
                {
                  line: 4,
                  path: 'exporters::otlp/gateway::endpoint',
                  text: '    endpoint: old.example:4317',
                  marks: [[14, 25]],
                },
              ],
            },
          ],
        },
      ]);
      expect(await runs(domain, 'exports:old.example')).toEqual([uidOf(1), uidOf(2), uidOf(3)]);
      expect(await runs(domain, '-exports:old.example')).toEqual([uidOf(4)]);
      expect(await effective(domain, 'exporter:otlp')).toEqual([
        [3, ['3 exporters::otlp/gateway']],
        [1, ['3 exporters::otlp/gateway']],
      ]);
      await domain.agents.patch(uidOf(2), { labels: { env: 'prod' } }, 'ann');
      expect(await effective(domain, 'exporter:otlp', { selector: 'env=prod' })).toEqual([
        [1, ['3 exporters::otlp/gateway']],
      ]);
      await domain.stop();
    });

    test('finds agents whose effective configuration is in the database alone', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      for (const number of [1, 2, 3]) {
        connectAgent(domain, number);
        report(domain, number, EFFECTIVE('old.example', number));
      }
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect(await runs(restarted, 'exports:old.example')).toEqual([uidOf(1), uidOf(2), uidOf(3)]);
      connectAgent(restarted, 2);
      report(restarted, 2, EFFECTIVE('new.example', 2));
      expect(await runs(restarted, 'exports:old.example')).toEqual([uidOf(1), uidOf(3)]);
      await restarted.agents.forget(uidOf(1), 'ann');
      expect(await runs(restarted, 'exports:old.example')).toEqual([uidOf(3)]);
      await restarted.agents.rename(uidOf(3), uidOf(9));
      expect(await runs(restarted, 'exports:old.example')).toEqual([uidOf(9)]);
      await restarted.agents.forget(uidOf(9), 'ann');
      expect(await effective(restarted, 'exports:old.example')).toEqual([]);
      await restarted.stop();
    });

    test('reads what agents report in the background, before anybody searches', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      connectAgent(domain, 1);
      report(domain, 1, EFFECTIVE('old.example', 1));
      await until(domain, () => domain.agents.record(uidOf(1))?.effectiveContent !== null);
      await domain.stop();
    });

    test('is no oracle for what is masked: neither finds it nor tells contents apart by it', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      for (const number of [1, 2]) {
        connectAgent(domain, number);
        report(
          domain,
          number,
          EFFECTIVE('gw', number).replace('hunter2-hunter2', `planted-secret-${number}`),
        );
      }
      await domain.configs.put('edge', { body: BODY('gw') }, { author: 'ann' });
      for (const q of [
        'planted-secret-1',
        'hunter2',
        'key:authorization=planted',
        'path:**::authorization=hunter2',
      ])
        expect((await find(domain, q)).items).toEqual([]);
      expect(await effective(domain, 'key:authorization=redacted')).toEqual([
        [2, ['5 exporters::otlp/gateway::headers::authorization']],
      ]);
      const { items } = await find(domain, 'authorization');
      expect(items).toHaveLength(2);
      expect(JSON.stringify(items)).not.toMatch(/hunter2|planted/);
      await domain.stop();
    });

    test('looks into the newest revisions of configurations, or into all, and says who is to run them', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      for (const number of [1, 2]) connectAgent(domain, number);
      await domain.configs.put('edge', { body: BODY('old.example') }, { author: 'ann' });
      const target = { kind: 'config', name: 'edge' } as const;
      const { id } = await domain.rollouts.create({ target, selector: '' }, 'ann');
      await until(domain, () => domain.rollouts.get(id).state === 'succeeded');
      await domain.configs.put('edge', { body: BODY('new.example') }, { author: 'ann' });
      await domain.configs.put(
        'files',
        { body: 'send to old.example, exporters: {otlp: {}}', contentType: 'text/plain' },
        { author: 'ann' },
      );
      expect((await find(domain, 'old.example', { in: 'configs' })).items).toMatchObject([
        { name: 'files', revision: 1, hits: [{ line: 1, path: '', marks: [[8, 19]] }] },
      ]);
      const all = await find(domain, 'otlp', { in: 'configs', revisions: 'all' });
      expect(all).toMatchObject({ configs: { searched: 3 }, agents: null, isTruncated: false });
      expect(all.items).toMatchObject([
        { name: 'edge', revision: 2, isNewest: true, agents: 0 },
        { name: 'edge', revision: 1, isNewest: false, agents: 2 },
        { name: 'files', revision: 1 },
      ]);
      expect((await find(domain, 'exporter:otlp', { in: 'configs' })).items).toMatchObject([
        { name: 'edge' },
      ]);
      const useOf = async () => (await domain.configs.get('edge')).use;
      expect(await useOf()).toMatchObject({ assigned: 2, byRevision: [{ revision: 1, agents: 2 }] });
      const selector = `instanceUid=${uidOf(1)}`;
      const next = await domain.rollouts.create({ target, selector }, 'ann');
      await until(domain, () => domain.rollouts.get(next.id).state === 'succeeded');
      expect((await useOf()).byRevision).toEqual([
        { revision: 2, agents: 1 },
        { revision: 1, agents: 1 },
      ]);
      await domain.stop();
    });

    test('comes in pages that go on where the one before ended', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      for (const name of ['a', 'b', 'c'])
        await domain.configs.put(name, { body: BODY('gw') }, { author: 'ann' });
      for (const number of [1, 2, 3]) {
        connectAgent(domain, number);
        report(domain, number, EFFECTIVE(number === 3 ? 'gw-2' : 'gw', number));
      }
      const seen: string[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 10; pages += 1) {
        const page = await find(domain, 'exporter:otlp', {
          limit: 2,
          ...(cursor === undefined ? {} : { cursor }),
        });
        expect(page.total).toBe(5);
        seen.push(...page.items.map((item) => (item.kind === 'config' ? item.name : String(item.agents))));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
        // What is gone by then does not send one back to the beginning.
        if (pages === 0) await domain.configs.put('b', { body: BODY('gw-3') }, { author: 'ann' });
      }
      expect(seen).toEqual(['a', 'b', 'c', '2', '1']);
      await domain.stop();
    });

    test('that cannot be read is refused with its place', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await expect(find(domain, 'a exporter:')).rejects.toMatchObject({
        code: 'invalid_search',
        errors: [{ pointer: '/q', line: 1, column: 12 }],
      });
      await expect(find(domain, 'a', { selector: 'x in (' })).rejects.toMatchObject({
        code: 'invalid_selector',
      });
      await expect(find(domain, 'a', { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_cursor' });
      await expect(domain.search.contentsOf('"')).rejects.toMatchObject({ errors: [{ pointer: '/runs' }] });
      await domain.stop();
    });

    test('that ends before it has seen everything says so', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      connectAgent(domain, 1);
      report(domain, 1, EFFECTIVE('gw', 1));
      const hasty = new SearchService({
        agents: domain.agents,
        revisions: new RevisionSearch(new ConfigSql(db)),
        maxMs: -1,
      });
      const nothing = {
        items: [],
        agents: { matched: 0, searched: 0, notReported: 0, notSearched: 1 },
        isTruncated: true,
      };
      expect(await hasty.search({ q: 'gw', limit: 50 })).toMatchObject(nothing);
      await expect(hasty.contentsOf('gw')).rejects.toMatchObject({ code: 'search_incomplete' });
      // What is known, but was not looked at in time, was not searched either.
      expect((await find(domain, 'gw')).agents).toMatchObject({ matched: 1, searched: 1 });
      expect(await hasty.search({ q: 'gw', limit: 50 })).toMatchObject(nothing);
      await expect(hasty.contentsOf('gw')).rejects.toMatchObject({ code: 'search_incomplete' });
      await domain.stop();
    });
  });
}
