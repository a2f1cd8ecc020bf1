import type { RolloutCreate, RolloutState, RolloutStrategy } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';

const collector = (text: string) => `exporters: {debug/${text}: {}}\n`;

async function put({ configs }: TestDomain, name: string, text: string): Promise<void> {
  await configs.put(name, { body: collector(text) }, { author: 'ann' });
}

/** A domain whose agents apply what they are offered, with a configuration of each name. */
async function start(db: TestDatabase, ...names: readonly string[]): Promise<TestDomain> {
  const domain = await startDomain(db);
  for (const name of names) await put(domain, name, `${name}1`);
  return domain;
}

const inState = (domain: TestDomain, id: string, state: RolloutState): Promise<void> =>
  until(domain, () => domain.rollouts.get(id).state === state);

/** Rolls a whole stack out and waits for its end. */
async function give(domain: TestDomain, names: readonly string[], selector: string): Promise<string> {
  const configs = names.map((name) => ({ name }));
  const { id } = await domain.rollouts.create({ target: { kind: 'config', configs }, selector }, 'ann');
  await inState(domain, id, 'succeeded');
  return id;
}

const layer = (name: string, selector = '', strategy?: RolloutStrategy): RolloutCreate => ({
  target: { kind: 'config', name, replaces: 'layer' },
  selector,
  ...(strategy === undefined ? {} : { strategy }),
});

async function giveLayer(domain: TestDomain, name: string, selector = ''): Promise<string> {
  const { id } = await domain.rollouts.create(layer(name, selector), 'ann');
  await inState(domain, id, 'succeeded');
  return id;
}

/** What an agent is to run, as `name@revision`. */
const stackOf = ({ agents }: TestDomain, number: number): string =>
  (agents.record(uidOf(number))?.desired?.configs ?? [])
    .map(({ name, revision }) => `${name}@${revision}`)
    .join(' ');

const stackIs = (domain: TestDomain, number: number, stack: string): Promise<void> =>
  until(domain, () => stackOf(domain, number) === stack);

/** How one layer is rolled out wherever it is part of a stack, over a database that `open` gives, fresh each time. */
export function layersSuite(open: () => Promise<TestDatabase>): void {
  describe('a layer', () => {
    test('is exchanged in each stack that holds it, and nothing else is touched', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu', 'us', 'own');
      const offered = answerOffers(domain);
      connectAgent(domain, 1, { attributes: { region: 'eu' } });
      connectAgent(domain, 2, { attributes: { region: 'us' } });
      connectAgent(domain, 3, { attributes: { region: 'none' } });
      connectAgent(domain, 4, { attributes: { region: 'bare' } });
      await give(domain, ['base', 'eu'], 'region=eu');
      await give(domain, ['us', 'base'], 'region=us');
      await give(domain, ['own'], 'region=none');
      for (const name of ['base', 'eu', 'us']) await put(domain, name, `${name}2`);
      const preview = await domain.rollouts.preview(layer('base'));
      expect(preview).toMatchObject({ matched: 2, wouldChange: { count: 2 }, noWayBack: { count: 0 } });
      expect(preview.target).toMatchObject({ replaces: 'layer', configs: [{ name: 'base', revision: 2 }] });
      const base = [
        { name: 'base', revision: 1 },
        { name: 'base', revision: 2 },
      ] as const;
      const [eu, us] = [{ name: 'eu', revision: 1 } as const, { name: 'us', revision: 1 } as const];
      expect(preview.current).toHaveLength(2);
      expect(preview.current).toEqual(
        expect.arrayContaining([
          { configs: [base[0], eu], next: [base[1], eu], agents: 1 },
          { configs: [us, base[0]], next: [us, base[1]], agents: 1 },
        ]),
      );
      const target = layer('base').target;
      expect((await domain.wouldRun.wouldRun(uidOf(2), target)).target.configs).toEqual([us, base[1]]);
      expect((await domain.wouldRun.wouldRun(uidOf(3), target)).cannot).toBe(
        'its stack does not contain "base"',
      );
      offered.length = 0;
      const id = await giveLayer(domain, 'base');
      expect(offered.toSorted()).toEqual([uidOf(1), uidOf(2)]);
      expect([1, 2, 3, 4].map((number) => stackOf(domain, number))).toEqual([
        'base@2 eu@1',
        'us@1 base@2',
        'own@1',
        '',
      ]);
      expect(domain.rollouts.get(id).counts).toMatchObject({ matched: 2, applied: 2 });
      const files = domain.rollouts.desired.desiredConfig(uidOf(2))?.files();
      expect([...(files ?? [])].map(([name, { body }]) => [name, body])).toEqual([
        ['01-us', collector('us1')],
        ['02-base', collector('base2')],
      ]);
      await domain.stop();
      const restarted = await startDomain(db, new FakeClock(domain.clock.now() + 1000));
      expect(stackOf(restarted, 1)).toBe('base@2 eu@1');
      expect(restarted.rollouts.get(id).target).toMatchObject({ replaces: 'layer' });
      await restarted.stop();
    });

    test('goes to those of the selector alone, and back to the stack of each', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu');
      answerOffers(domain);
      connectAgent(domain, 1, { attributes: { ring: 'canary' } });
      connectAgent(domain, 2);
      await give(domain, ['base', 'eu'], '');
      await give(domain, ['base'], 'ring=canary');
      await put(domain, 'base', 'base2');
      const id = await giveLayer(domain, 'base', 'ring=canary');
      expect([stackOf(domain, 1), stackOf(domain, 2)]).toEqual(['base@2', 'base@1 eu@1']);
      const all = await giveLayer(domain, 'base');
      expect(domain.rollouts.get(id).counts).toMatchObject({ matched: 1, superseded: 1 });
      expect(stackOf(domain, 2)).toBe('base@2 eu@1');
      await domain.rollouts.rollback(all, 'ann');
      await stackIs(domain, 2, 'base@1 eu@1');
      await until(domain, () => domain.rollouts.get(all).counts.applied === 2);
      await domain.stop();
    });

    test('comes in waves, and a gate that fails takes it back', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu');
      let fails = false;
      answerOffers(domain, () => (fails ? 'failed' : 'applied'));
      for (const number of [1, 2, 3, 4]) connectAgent(domain, number);
      await give(domain, ['base', 'eu'], '');
      await put(domain, 'base', 'base2');
      fails = true;
      const waves: RolloutStrategy = { kind: 'waves', waves: [{ count: 1 }], onFailure: 'rollback' };
      const preview = await domain.rollouts.preview(layer('base', '', waves));
      expect(preview.waves.map(({ agents }) => agents)).toEqual([1, 3]);
      const { id } = await domain.rollouts.create(layer('base', '', waves), 'ann');
      await inState(domain, id, 'rolled_back');
      fails = false;
      await until(domain, () => [1, 2, 3, 4].every((number) => stackOf(domain, number) === 'base@1 eu@1'));
      expect(domain.rollouts.get(id).waves[0]?.gates).toMatchObject([{ gate: 'failures', passed: false }]);
      await domain.stop();
    });

    test('stands for agents whose stack comes to hold it later, which run nothing older in between', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu');
      const hashes: string[] = [];
      answerOffers(domain, (_uid, hash) => {
        hashes.push(hash);
        return 'applied';
      });
      connectAgent(domain, 1);
      const stack = await give(domain, ['base', 'eu'], '');
      for (const name of ['base', 'eu']) await put(domain, name, `${name}2`);
      const base = await giveLayer(domain, 'base');
      const eu = await giveLayer(domain, 'eu');
      hashes.length = 0;
      connectAgent(domain, 2);
      await stackIs(domain, 2, 'base@2 eu@2');
      await until(domain, () => domain.rollouts.get(eu).counts.applied === 2);
      expect(hashes).toEqual([domain.rollouts.desired.desiredConfig(uidOf(1))?.hash]);
      for (const id of [stack, base])
        expect(domain.rollouts.get(id).counts).toMatchObject({ matched: 2, superseded: 2 });
      // A later stack is the whole again, and a roll back of the layer leaves it alone.
      await put(domain, 'base', 'base3');
      await give(domain, ['base'], `instanceUid=${uidOf(2)}`);
      await domain.rollouts.rollback(eu, 'ann');
      await stackIs(domain, 1, 'base@2 eu@1');
      expect(stackOf(domain, 2)).toBe('base@3');
      await domain.stop();
    });

    test('stays exchanged where an agent moves to another stack that is older than it', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu', 'us');
      answerOffers(domain);
      const uid = connectAgent(domain, 1);
      await domain.agents.patch(uid, { labels: { region: 'eu' } }, 'ann');
      await give(domain, ['base', 'eu'], 'region=eu');
      const us = await give(domain, ['base', 'us'], 'region=us');
      await put(domain, 'base', 'base2');
      const id = await giveLayer(domain, 'base');
      await domain.agents.patch(uid, { labels: { region: 'us' } }, 'ann');
      await stackIs(domain, 1, 'base@2 us@1');
      await until(domain, () => domain.rollouts.get(id).counts.applied === 1);
      expect(domain.rollouts.get(us).counts).toMatchObject({ matched: 1, superseded: 1 });
      await domain.agents.flush();
      await domain.rollouts.stop();
      const restarted = await startDomain(db, new FakeClock(domain.clock.now() + 1000));
      expect(restarted.rollouts.get(us).counts).toMatchObject({ matched: 1, superseded: 1 });
      expect(restarted.rollouts.get(id).counts).toMatchObject({ matched: 1, applied: 1 });
      expect(stackOf(restarted, 1)).toBe('base@2 us@1');
      await restarted.stop();
    });

    test('is given to agents that were offline when they return, after the stack that waited for them', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu');
      answerOffers(domain);
      connectAgent(domain, 1);
      connectAgent(domain, 2);
      domain.agents.agentDisconnected(uidOf(2), 'closed');
      await give(domain, ['base', 'eu'], '');
      await put(domain, 'base', 'base2');
      const id = await giveLayer(domain, 'base');
      expect(stackOf(domain, 2)).toBe('');
      connectAgent(domain, 2);
      await stackIs(domain, 2, 'base@2 eu@1');
      await until(domain, () => domain.rollouts.get(id).counts.applied === 2);
      await domain.stop();
    });

    test('that an agent cannot take is left as it is there, with the reason', async () => {
      await using db = await open();
      const domain = await start(db, 'base', 'eu');
      answerOffers(domain);
      for (const number of [1, 2]) connectAgent(domain, number);
      await domain.agents.patch(uidOf(1), { labels: { site: 'a' } }, 'ann');
      await give(domain, ['base', 'eu'], '');
      await domain.configs.put(
        'base',
        { body: `exporters: {debug: {verbosity: "\${drover:label.site}"}}\n` },
        { author: 'ann' },
      );
      const preview = await domain.rollouts.preview(layer('base'));
      expect(preview).toMatchObject({ matched: 2, wouldChange: { count: 1 }, cannot: { count: 1 } });
      expect(preview.cannot.agents[0]?.reason).toContain('there is no label "site"');
      const id = await giveLayer(domain, 'base');
      expect([stackOf(domain, 1), stackOf(domain, 2)]).toEqual(['base@2 eu@1', 'base@1 eu@1']);
      expect(domain.rollouts.get(id).counts).toMatchObject({ matched: 2, applied: 1, skipped: 1 });
      await domain.agents.patch(uidOf(2), { labels: { site: 'b' } }, 'ann');
      await stackIs(domain, 2, 'base@2 eu@1');
      await domain.stop();
    });

    test('that nobody has is for nobody, and one that does not exist is refused', async () => {
      await using db = await open();
      const domain = await start(db, 'base');
      connectAgent(domain, 1);
      expect(await domain.rollouts.preview(layer('base'))).toMatchObject({ matched: 0, current: [] });
      expect(await domain.rollouts.create(layer('base'), 'ann')).toMatchObject({ state: 'succeeded' });
      await expect(domain.rollouts.create(layer('none'), 'ann')).rejects.toMatchObject({
        code: 'config_not_found',
      });
      const old = { ...layer('base'), target: { ...layer('base').target, revision: 7 } };
      await expect(domain.rollouts.preview(old)).rejects.toMatchObject({ code: 'revision_not_found' });
      await domain.stop();
    });
  });
}
