import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';

const BODY = (value: string) => `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "${value}"}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp]}}}
`;

const put = ({ configs }: TestDomain, body: string) => configs.put('base', { body }, { author: 'ann' });
const roll = ({ rollouts }: TestDomain) =>
  rollouts.create({ target: { kind: 'config', name: 'base' }, selector: '' }, 'ann');
const ended = (domain: TestDomain, id: string) =>
  until(domain, () => domain.rollouts.get(id).state !== 'running');
const textOf = ({ rollouts }: TestDomain, number: number) =>
  rollouts.desired.desiredConfig(uidOf(number))?.files()?.get('base')?.body;
const label = (domain: TestDomain, number: number, region: string) =>
  domain.agents.patch(uidOf(number), { labels: { region } }, 'ann');

/** What a configuration with variables is for each agent, over a database that `open` gives, fresh each time. */
export function stackContentSuite(open: () => Promise<TestDatabase>): void {
  describe('a configuration with variables', () => {
    test('is made for each agent out of its labels and attributes, and has a hash of its own', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      for (const number of [1, 2, 3]) {
        connectAgent(domain, number, { attributes: { 'host.name': `node-${number}` } });
        await label(domain, number, number === 3 ? 'us' : 'eu');
      }
      await put(domain, BODY('${drover:label.region}.gw:4317'));
      const { id } = await roll(domain);
      await ended(domain, id);
      expect(domain.rollouts.get(id)).toMatchObject({ state: 'succeeded', counts: { applied: 3 } });
      expect(offered).toHaveLength(3);
      expect(textOf(domain, 1)).toBe(BODY('eu.gw:4317'));
      expect(textOf(domain, 3)).toBe(BODY('us.gw:4317'));
      const [one, two, three] = [1, 2, 3].map((n) => domain.rollouts.desired.desiredConfig(uidOf(n)));
      expect(two).toBe(one);
      expect(three?.hash).not.toBe(one?.hash);
      expect((await domain.agents.get(uidOf(3))).remoteConfig).toMatchObject({
        desired: { hash: three?.hash, problem: null },
        inSync: true,
      });
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect(restarted.rollouts.desired.desiredConfig(uidOf(3))?.hash).toBe(three?.hash);
      expect(textOf(restarted, 3)).toBe(BODY('us.gw:4317'));
      await restarted.stop();
    });

    test('is offered anew to the agent whose label changed, and to nobody else', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      for (const number of [1, 2]) {
        connectAgent(domain, number);
        await label(domain, number, 'eu');
      }
      await put(domain, BODY('${drover:label.region}'));
      const { id } = await roll(domain);
      await ended(domain, id);
      offered.length = 0;
      await label(domain, 2, 'us');
      await until(domain, () => offered.length > 0);
      expect(offered).toEqual([uidOf(2)]);
      expect(textOf(domain, 2)).toBe(BODY('us'));
      const { items } = await domain.agents.events(uidOf(2), { limit: 10 });
      expect(items.map(({ detail }) => detail)).toContain('base r1 has other values for this agent');
      await domain.stop();
    });

    test('cannot be taken where a value is missing, which the preview tells, and comes with the value', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1);
      connectAgent(domain, 2);
      await label(domain, 1, 'eu');
      await put(domain, BODY('${drover:label.region}-${drover:attr.rack:-r0}'));
      const input = { target: { kind: 'config', name: 'base' }, selector: '' } as const;
      const preview = await domain.rollouts.preview(input);
      expect(preview).toMatchObject({
        wouldChange: { count: 1 },
        cannot: { count: 1, agents: [{ reason: expect.stringContaining('no label "region"') }] },
      });
      const { id } = await roll(domain);
      await ended(domain, id);
      expect(domain.rollouts.get(id).counts).toMatchObject({ applied: 1, skipped: 1 });
      expect(textOf(domain, 1)).toBe(BODY('eu-r0'));
      await label(domain, 2, 'us');
      await until(domain, () => domain.rollouts.get(id).counts.applied === 2);
      expect(textOf(domain, 2)).toBe(BODY('us-r0'));
      await domain.agents.patch(uidOf(2), { labels: {} }, 'ann');
      await until(domain, () => domain.rollouts.desired.desiredConfig(uidOf(2)) === undefined);
      expect((await domain.agents.get(uidOf(2))).remoteConfig).toMatchObject({
        desired: { hash: '', problem: expect.stringContaining('no label "region"') },
        syncState: 'failed',
      });
      await domain.stop();
    });

    test('gets a secret that is shown nowhere else, and its new value at once', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      connectAgent(domain, 1);
      await put(domain, BODY('${drover:secret.gateway}'));
      const missing = await domain.rollouts.preview({
        target: { kind: 'config', name: 'base' },
        selector: '',
      });
      expect(missing.cannot.agents[0]?.reason).toContain('no secret "gateway"');
      await domain.secrets.put('gateway', 'hunter2-hunter2', 'ann');
      const { id } = await roll(domain);
      await ended(domain, id);
      expect(textOf(domain, 1)).toBe(BODY('hunter2-hunter2'));
      expect(domain.rollouts.desired.secretTexts(uidOf(1))).toEqual(['hunter2-hunter2']);
      const first = domain.rollouts.desired.desiredConfig(uidOf(1))?.hash;
      offered.length = 0;
      await domain.secrets.put('gateway', 'hunter2-hunter2', 'bob');
      await domain.secrets.put('gateway', 'correct horse', 'bob');
      await until(domain, () => offered.length === 1);
      expect(domain.rollouts.desired.desiredConfig(uidOf(1))?.hash).not.toBe(first);
      expect(textOf(domain, 1)).toBe(BODY('correct horse'));
      await domain.secrets.put('unused', 'x', 'ann');
      expect(domain.secrets.list({ limit: 5 }).items.map(({ usedBy }) => usedBy)).toEqual([
        { configs: ['base'], agents: 1 },
        { configs: [], agents: 0 },
      ]);
      await expect(domain.secrets.remove('gateway', 'ann')).rejects.toMatchObject({
        code: 'secret_in_use',
        message: expect.stringContaining('base'),
      });
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect(textOf(restarted, 1)).toBe(BODY('correct horse'));
      await restarted.stop();
    });

    test('that names a secret which was deleted is given to nobody, as the preview says, until there is one again', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      connectAgent(domain, 1);
      connectAgent(domain, 2);
      await label(domain, 2, 'eu');
      await put(domain, BODY('gw:4317'));
      const { id: before } = await roll(domain);
      await ended(domain, before);
      const plain = domain.rollouts.desired.desiredConfig(uidOf(1))?.hash;
      await domain.secrets.put('gateway', 'hunter2-hunter2', 'ann');
      await put(domain, BODY('${drover:secret.gateway}'));
      // Nobody is to run the revision that names it yet.
      await domain.secrets.remove('gateway', 'ann');
      offered.length = 0;
      const preview = await domain.rollouts.preview({
        target: { kind: 'config', name: 'base' },
        selector: '',
      });
      expect(preview).toMatchObject({ matched: 2, wouldChange: { count: 0 }, cannot: { count: 2 } });
      for (const { reason } of preview.cannot.agents) expect(reason).toContain('no secret "gateway"');
      const { id } = await roll(domain);
      await ended(domain, id);
      expect(domain.rollouts.get(id).counts).toMatchObject({ matched: 2, skipped: 2, pending: 0 });
      const { items } = await domain.rollouts.board.members(id, { limit: 5 });
      for (const { reason } of items) expect(reason).toContain('no secret "gateway"');
      expect(offered).toEqual([]);
      for (const number of [1, 2]) {
        expect(domain.rollouts.desired.desiredConfig(uidOf(number))?.hash).toBe(plain);
        expect((await domain.agents.get(uidOf(number))).remoteConfig).toMatchObject({
          desired: { hash: plain, problem: null },
          syncState: 'in_sync',
        });
      }
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      answerOffers(restarted);
      connectAgent(restarted, 1);
      connectAgent(restarted, 2);
      await until(restarted, () => restarted.rollouts.get(id).counts.skipped === 2);
      await restarted.secrets.put('gateway', 'correct horse', 'ann');
      await until(restarted, () => restarted.rollouts.get(id).counts.applied === 2);
      expect([textOf(restarted, 1), textOf(restarted, 2)]).toEqual(Array(2).fill(BODY('correct horse')));
      await restarted.stop();
    });

    test('whose secret is lost is offered to nobody any more, which each agent says, and goes on with a new value', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1);
      await domain.secrets.put('gateway', 'hunter2-hunter2', 'ann');
      await put(domain, BODY('${drover:secret.gateway}'));
      const { id } = await roll(domain);
      await ended(domain, id);
      await domain.stop();
      // As where the key that sealed it is lost.
      await db.db
        .updateTable('config_secrets')
        .set({ sealed: Buffer.alloc(40) })
        .execute();
      const restarted = await startDomain(db, domain.clock);
      const offered = answerOffers(restarted);
      connectAgent(restarted, 1);
      connectAgent(restarted, 2);
      // Neither the text with a hole in it nor an empty map.
      expect(restarted.rollouts.desired.desiredConfig(uidOf(1))).toBeUndefined();
      expect((await restarted.agents.get(uidOf(1))).remoteConfig).toMatchObject({
        desired: {
          hash: '',
          configs: [{ name: 'base', revision: 1 }],
          problem: expect.stringContaining('no secret "gateway"'),
        },
        syncState: 'failed',
      });
      await until(restarted, () => restarted.rollouts.get(id).counts.skipped === 1);
      expect(offered).toEqual([]);
      await restarted.secrets.put('gateway', 'correct horse', 'ann');
      await until(restarted, () => offered.length === 2);
      expect([textOf(restarted, 1), textOf(restarted, 2)]).toEqual(Array(2).fill(BODY('correct horse')));
      await until(restarted, () => restarted.rollouts.get(id).counts.applied === 2);
      expect((await restarted.agents.get(uidOf(1))).remoteConfig.desired?.problem).toBeNull();
      await restarted.stop();
    });
  });
}
