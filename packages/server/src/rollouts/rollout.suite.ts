import type { RolloutCounts, RolloutState } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { breathe } from '../lib/breathe.ts';
import { FakeClock } from '../lib/clock.ts';
import type { TestDatabase } from '../testing/databases.ts';
import {
  answerOffers,
  connectAgent,
  REPORTS_ONLY,
  reportStatus,
  startDomain,
  type TestDomain,
  uidOf,
  until,
} from '../testing/domain.ts';

const COLLECTOR = (name: string) => `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {debug/${name}: {}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [debug/${name}]}}}
`;

async function putConfig({ configs }: TestDomain, name: string, text = name): Promise<void> {
  await configs.put(name, { body: COLLECTOR(text) }, { author: 'ann' });
}

function roll({ rollouts }: TestDomain, name: string, selector = '', maxAgentsPerSecond?: number) {
  const strategy = {
    kind: 'all',
    ...(maxAgentsPerSecond === undefined ? {} : { maxAgentsPerSecond }),
  } as const;
  return rollouts.create({ target: { kind: 'config', name }, selector, strategy }, 'ann');
}

const inState = (domain: TestDomain, id: string, state: RolloutState): Promise<void> =>
  until(domain, () => domain.rollouts.get(id).state === state);

function counts(given: Partial<RolloutCounts>): RolloutCounts {
  const none = { matched: 0, pending: 0, offered: 0, applied: 0, failed: 0, skipped: 0, superseded: 0 };
  return { ...none, ...given };
}

/** The behaviour of rollouts over a database that `open` gives, fresh each time. */
export function rolloutSuite(open: () => Promise<TestDatabase>): void {
  describe('rollouts', () => {
    test('a rollout succeeds when every reachable agent has applied, and those that cannot take it are skipped', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      const uids = [1, 2, 3].map((number) => connectAgent(domain, number));
      connectAgent(domain, 4, { capabilities: REPORTS_ONLY });
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await inState(domain, id, 'succeeded');
      const rollout = domain.rollouts.get(id);
      expect(rollout.counts).toEqual(counts({ matched: 4, applied: 3, skipped: 1 }));
      expect(rollout.isStanding).toBe(true);
      for (const uid of uids) {
        const { remoteConfig } = await domain.agents.get(uid);
        expect(remoteConfig.desired).toMatchObject({
          configs: [{ name: 'base', revision: 1 }],
          rolloutId: id,
        });
        expect(remoteConfig.inSync).toBe(true);
      }
      const page = await domain.rollouts.board.members(id, { limit: 10, state: 'skipped' });
      expect(page.total).toBe(1);
      expect(page.items[0]?.reason).toBe('the agent does not accept remote configuration');
      expect((await domain.agents.get(uidOf(4))).remoteConfig.desired).toBeNull();
      await domain.stop();
    });

    test('a rollout fails where one agent failed, and the failed hash is not offered again', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain, (uid) => (uid === uidOf(2) ? 'failed' : 'applied'));
      for (const number of [1, 2]) connectAgent(domain, number);
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await inState(domain, id, 'failed');
      expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 2, applied: 1, failed: 1 }));
      const [failed] = (await domain.rollouts.board.members(id, { limit: 1, state: 'failed' })).items;
      expect(failed).toMatchObject({ instanceUid: uidOf(2), reason: 'no such receiver' });
      domain.agents.agentDisconnected(uidOf(2), 'closed');
      connectAgent(domain, 2);
      expect(domain.rollouts.desired.isRetry(uidOf(2))).toBe(false);
      expect(offered.filter((uid) => uid === uidOf(2))).toHaveLength(1);

      // An operator who rolls it out again wants it tried again.
      const again = await roll(domain, 'base', `instanceUid=${uidOf(2)}`);
      await inState(domain, again.id, 'failed');
      expect(offered.filter((uid) => uid === uidOf(2))).toHaveLength(2);
      await domain.stop();
    });

    test('a retry ends with the same word as before, or with none', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1);
      await putConfig(domain, 'base');
      let isMute = false;
      domain.rollouts.desired.changes.subscribe((uids) => {
        const hash = domain.rollouts.desired.desiredConfig(uid)?.hash;
        if (hash === undefined || !uids.includes(uid)) return;
        domain.rollouts.configOffered(uid, hash);
        if (!isMute) reportStatus(domain, uid, 'failed', hash, 'no such receiver');
      });
      for (const mute of [false, false, true]) {
        isMute = mute;
        const { id } = await roll(domain, 'base');
        if (mute) await until(domain, () => domain.rollouts.get(id).counts.offered === 1);
        if (mute) domain.clock.advance(100_000);
        await inState(domain, id, 'failed');
        expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 1, failed: 1 }));
      }
      await domain.stop();
    });

    test('agents that are offline do not hold a rollout open, and get it when they return', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      for (const number of [1, 2]) connectAgent(domain, number);
      domain.agents.agentDisconnected(uidOf(2), 'closed');
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 2, applied: 1, pending: 1 }));
      connectAgent(domain, 2);
      await until(domain, () => domain.rollouts.get(id).counts.applied === 2);
      await domain.stop();
    });

    test('an agent that never says what became of its configuration does not hold a rollout open', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain, () => undefined);
      connectAgent(domain, 1, { capabilities: 0x3n });
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await inState(domain, id, 'succeeded');
      expect(offered).toEqual([uidOf(1)]);
      expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 1, offered: 1 }));
      await domain.stop();
    });

    test('an agent that goes away with an offer is waited for a while', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain, () => undefined);
      connectAgent(domain, 1);
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await until(domain, () => offered.length === 1);
      domain.agents.agentDisconnected(uidOf(1), 'closed');
      domain.clock.advance(60_000);
      expect(domain.rollouts.get(id).state).toBe('running');
      domain.clock.advance(60_000);
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).counts.offered).toBe(1);
      await domain.stop();
    });

    test('a rollout that reaches nobody succeeds at once and stands for those that come', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      await putConfig(domain, 'base');
      const created = await roll(domain, 'base', 'env=prod');
      expect(created).toMatchObject({ state: 'succeeded', counts: counts({}) });
      const uid = connectAgent(domain, 1);
      expect(domain.rollouts.get(created.id).counts.matched).toBe(0);
      await domain.agents.patch(uid, { labels: { env: 'prod' } }, 'ann');
      await until(domain, () => domain.rollouts.get(created.id).counts.applied === 1);
      // A later revision does not move the standing rule: it is pinned.
      await putConfig(domain, 'base', 'other');
      const second = connectAgent(domain, 2, { attributes: { env: 'prod' } });
      await until(domain, () => domain.rollouts.get(created.id).counts.applied === 2);
      const { desired } = (await domain.agents.get(second)).remoteConfig;
      expect(desired?.configs).toEqual([{ name: 'base', revision: 1 }]);
      await domain.stop();
    });

    test('where two rollouts meet, the later one wins and the earlier counts its agents as superseded', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1, { attributes: { env: 'prod' } });
      connectAgent(domain, 2);
      for (const name of ['base', 'prod']) await putConfig(domain, name);
      const earlier = await roll(domain, 'base');
      await inState(domain, earlier.id, 'succeeded');
      const preview = await domain.rollouts.preview({
        target: { kind: 'config', name: 'prod' },
        selector: 'env=prod',
      });
      expect(preview).toMatchObject({
        matched: 1,
        wouldChange: { count: 1, offline: 0 },
        supersedes: [{ rolloutId: earlier.id, agents: 1 }],
        current: [{ configs: [{ name: 'base', revision: 1 }], agents: 1 }],
      });
      const later = await roll(domain, 'prod', 'env=prod');
      await inState(domain, later.id, 'succeeded');
      expect(domain.rollouts.get(earlier.id).counts).toEqual(
        counts({ matched: 2, applied: 1, superseded: 1 }),
      );
      // Also for those that come later: both match, the later rule wins.
      connectAgent(domain, 3, { attributes: { env: 'prod' } });
      await until(domain, () => domain.rollouts.get(later.id).counts.applied === 2);
      expect(domain.rollouts.get(earlier.id).counts.matched).toBe(2);
      await domain.stop();
    });

    test('nothing is offered while a rollout is paused, and those that were offered go on', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain, () => undefined);
      for (const number of [1, 2, 3]) connectAgent(domain, number);
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base', '', 1);
      await until(domain, () => offered.length === 1);
      await domain.rollouts.pause(id, 'ann');
      const given = offered.length;
      domain.clock.advance(10_000);
      connectAgent(domain, 4);
      reportStatus(domain, offered[0] ?? uidOf(0), 'applied', domain.rollouts.get(id).target.hash);
      await domain.agents.flush();
      expect(offered).toHaveLength(given);
      expect(domain.rollouts.get(id)).toMatchObject({ state: 'paused', counts: { matched: 4, applied: 1 } });
      await expect(domain.rollouts.pause(id, 'ann')).rejects.toMatchObject({
        code: 'rollout_state_conflict',
      });
      await domain.rollouts.resume(id, 'ann');
      await until(domain, () => offered.length === 4);
      await domain.stop();
    });

    test('a paused rollout that a later one took agents from counts each of them once, also after a restart', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      for (const number of [1, 2, 3, 4]) connectAgent(domain, number);
      for (const name of ['base', 'prod']) await putConfig(domain, name);
      const earlier = await roll(domain, 'base', '', 1);
      await until(domain, () => offered.length === 1);
      await domain.rollouts.pause(earlier.id, 'ann');
      const selector = `instanceUid in (${[1, 2, 3, 6].map(uidOf)})`;
      const later = await roll(domain, 'prod', selector);
      await inState(domain, later.id, 'succeeded');
      // Those that come now: one for the earlier, one for both, which is in the later alone.
      for (const number of [5, 6]) connectAgent(domain, number);
      await until(domain, () => domain.rollouts.get(later.id).counts.applied === 4);
      await until(domain, () => domain.rollouts.get(earlier.id).counts.matched === 5);
      const { counts: before } = domain.rollouts.get(earlier.id);
      expect(before).toEqual(counts({ matched: 5, pending: 2, superseded: 3 }));
      for (let restart = 0; restart < 2; restart += 1) {
        await domain.stop();
        const restarted = await startDomain(db, domain.clock);
        expect(restarted.rollouts.get(earlier.id)).toMatchObject({ state: 'paused', counts: before });
        const { items } = await restarted.rollouts.board.members(earlier.id, {
          limit: 50,
          state: 'superseded',
        });
        expect(items).toHaveLength(3);
        await restarted.stop();
      }
      const last = await startDomain(db, domain.clock);
      const offeredNow = answerOffers(last);
      for (const number of [1, 2, 3, 4, 5, 6]) connectAgent(last, number);
      await last.rollouts.resume(earlier.id, 'ann');
      await inState(last, earlier.id, 'succeeded');
      expect(last.rollouts.get(earlier.id).counts).toEqual(counts({ matched: 5, applied: 2, superseded: 3 }));
      expect(last.rollouts.get(later.id).counts).toEqual(counts({ matched: 4, applied: 4 }));
      expect(new Set(offeredNow)).toEqual(new Set([4, 5].map(uidOf)));
      await last.stop();
    });

    test('a limit lets so many agents a second have it', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      for (let number = 1; number <= 5; number += 1) connectAgent(domain, number);
      await putConfig(domain, 'base');
      const startedMs = domain.clock.now();
      const { id } = await roll(domain, 'base', '', 2);
      await inState(domain, id, 'succeeded');
      expect(offered).toHaveLength(5);
      expect(domain.clock.now() - startedMs).toBeGreaterThanOrEqual(2000);
      await domain.stop();
    });

    test('an abort stops handing out and ends the standing rule; what was given stays desired', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain);
      for (const number of [1, 2]) connectAgent(domain, number);
      domain.agents.agentDisconnected(uidOf(2), 'closed');
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await inState(domain, id, 'succeeded');
      expect(await domain.rollouts.abort(id, 'ann')).toMatchObject({ state: 'aborted', isStanding: false });
      connectAgent(domain, 2);
      connectAgent(domain, 3);
      await domain.agents.flush();
      domain.clock.advance(5000);
      await domain.agents.flush();
      expect(offered).toEqual([uidOf(1)]);
      expect(domain.rollouts.desired.desiredConfig(uidOf(1))?.hash).toBe(domain.rollouts.get(id).target.hash);
      expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 2, applied: 1, pending: 1 }));
      await domain.stop();
    });

    test('a rollback gives each agent what it had before and leaves those alone that had nothing', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1);
      for (const name of ['base', 'next']) await putConfig(domain, name);
      const first = await roll(domain, 'base');
      await inState(domain, first.id, 'succeeded');
      await domain.rollouts.abort(first.id, 'ann');
      connectAgent(domain, 2);
      const { id } = await roll(domain, 'next');
      await inState(domain, id, 'succeeded');
      const back = await domain.rollouts.rollback(id, 'ann');
      expect(back).toMatchObject({ state: 'rolled_back', isStanding: false });
      await until(domain, () => domain.rollouts.get(id).counts.applied === 1);
      expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 2, applied: 1, skipped: 1 }));
      const [alone] = (await domain.rollouts.board.members(id, { limit: 5, state: 'skipped' })).items;
      expect(alone).toMatchObject({ instanceUid: uidOf(2) });
      expect(alone?.reason).toContain('left as it is');
      expect(domain.agents.record(uidOf(1))?.desired?.configs).toEqual([{ name: 'base', revision: 1 }]);
      expect(domain.rollouts.desired.desiredConfig(uidOf(2))).toBeUndefined();
      await expect(domain.rollouts.rollback(id, 'ann')).rejects.toMatchObject({
        code: 'rollout_state_conflict',
      });

      await domain.agents.flush();
      const restarted = await startDomain(db, domain.clock);
      connectAgent(restarted, 1);
      await until(restarted, () => restarted.agents.record(uidOf(1))?.desired !== null);
      expect(restarted.agents.record(uidOf(1))?.desired?.configs).toEqual([{ name: 'base', revision: 1 }]);
      expect(restarted.rollouts.desired.desiredConfig(uidOf(2))).toBeUndefined();
      await domain.stop();
      await restarted.stop();
    });

    test('a rollout goes on where it was when the process is killed at any moment', async () => {
      await using db = await open();
      const before = await startDomain(db);
      const offered = answerOffers(before, () => undefined);
      for (let number = 1; number <= 6; number += 1) connectAgent(before, number);
      await before.agents.flush();
      await putConfig(before, 'base');
      const { id, target } = await roll(before, 'base', '', 3);
      // The clock stands still, or the next three would follow while a slow database still writes.
      while (offered.length < 3) await breathe();

      // Killed: nothing is flushed. Two of the three had applied it, and say so when they are back.
      const after = await startDomain(db, new FakeClock(before.clock.now() + 1000));
      expect(after.rollouts.get(id).state).toBe('running');
      expect(offered).toHaveLength(3);
      for (const uid of offered) expect(after.rollouts.desired.desiredConfig(uid)?.hash).toBe(target.hash);
      answerOffers(after);
      for (let number = 1; number <= 6; number += 1) {
        const uid = connectAgent(after, number);
        if (offered.slice(0, 2).includes(uid)) reportStatus(after, uid, 'applied', target.hash);
      }
      const [, , unanswered] = offered;
      if (unanswered !== undefined) reportStatus(after, unanswered, 'applied', target.hash);
      await inState(after, id, 'succeeded');
      expect(after.rollouts.get(id).counts).toEqual(counts({ matched: 6, applied: 6 }));
      await after.stop();
    });

    test('counts are the same after a restart, also after one without a stop', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain, (uid) => (uid === uidOf(3) ? 'failed' : 'applied'));
      for (let number = 1; number <= 4; number += 1) connectAgent(domain, number);
      connectAgent(domain, 5, { capabilities: REPORTS_ONLY });
      for (const name of ['base', 'next']) await putConfig(domain, name);
      const first = await roll(domain, 'base');
      await inState(domain, first.id, 'failed');
      const second = await roll(domain, 'next', `instanceUid=${uidOf(1)}`);
      await inState(domain, second.id, 'succeeded');
      const expected = [first, second].map(({ id }) => domain.rollouts.get(id).counts);
      await domain.agents.flush();
      const killed = await startDomain(db, new FakeClock(domain.clock.now() + 1000));
      expect([first, second].map(({ id }) => killed.rollouts.get(id).counts)).toEqual(expected);
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect([first, second].map(({ id }) => restarted.rollouts.get(id).counts)).toEqual(expected);
      expect([first, second].map(({ id }) => restarted.rollouts.get(id).state)).toEqual([
        'failed',
        'succeeded',
      ]);
      await killed.stop();
      await restarted.stop();
    });

    test('forgetting an agent keeps the counts right', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      for (const number of [1, 2]) connectAgent(domain, number);
      for (const name of ['base', 'next']) await putConfig(domain, name);
      const first = await roll(domain, 'base');
      await inState(domain, first.id, 'succeeded');
      const second = await roll(domain, 'next', `instanceUid=${uidOf(1)}`);
      await inState(domain, second.id, 'succeeded');
      await domain.agents.forget(uidOf(1), 'ann');
      expect(domain.rollouts.get(first.id).counts).toEqual(counts({ matched: 1, applied: 1 }));
      expect(domain.rollouts.get(second.id).counts).toEqual(counts({}));
      const restarted = await startDomain(db, domain.clock);
      expect(restarted.rollouts.get(first.id).counts).toEqual(counts({ matched: 1, applied: 1 }));
      expect(restarted.rollouts.desired.desiredConfig(uidOf(1))).toBeUndefined();
      await domain.stop();
      await restarted.stop();
    });

    test('a stack is offered under names that keep its order, by the same hash after a restart', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      const uid = connectAgent(domain, 1);
      for (const name of ['zone', 'base']) await putConfig(domain, name);
      const configs = [{ name: 'zone' }, { name: 'base' }];
      const { id } = await domain.rollouts.create(
        { target: { kind: 'config', configs }, selector: '' },
        'ann',
      );
      await inState(domain, id, 'succeeded');
      const desired = domain.rollouts.desired.desiredConfig(uid);
      expect([...(desired?.files()?.keys() ?? [])]).toEqual(['01-zone', '02-base']);
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      const again = restarted.rollouts.desired.desiredConfig(uid);
      expect(again?.hash).toBe(desired?.hash);
      expect(again?.files()).toEqual(desired?.files());
      expect(again?.hash).toMatch(/^[0-9a-f]{64}$/);
      await restarted.stop();
    });

    test('a configuration stays while agents or rollouts have it', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base', 'env=prod');
      await expect(domain.configs.remove('base', 'ann')).rejects.toMatchObject({ code: 'config_in_use' });
      await domain.rollouts.abort(id, 'ann');
      await domain.configs.remove('base', 'ann');
      await expect(roll(domain, 'base')).rejects.toMatchObject({ code: 'config_not_found' });
      await domain.stop();
    });

    test('an agent keeps what it is to run under a new uid', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1);
      await putConfig(domain, 'base');
      const { id } = await roll(domain, 'base');
      await inState(domain, id, 'succeeded');
      await domain.agents.rename(uidOf(1), uidOf(2));
      expect(domain.rollouts.desired.desiredConfig(uidOf(2))?.hash).toBe(domain.rollouts.get(id).target.hash);
      expect(domain.rollouts.get(id).counts).toEqual(counts({ matched: 1, applied: 1 }));
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect((await restarted.agents.get(uidOf(2))).remoteConfig.inSync).toBe(true);
      expect((await restarted.rollouts.board.members(id, { limit: 5 })).items[0]?.instanceUid).toBe(uidOf(2));
      await restarted.stop();
    });
  });
}
