import type { RolloutCreate, RolloutState, RolloutStrategy } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { killable, type TestDatabase } from '../testing/databases.ts';
import {
  answerOffers,
  connectAgent,
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

type Waves = Extract<RolloutStrategy, { kind: 'waves' }>;

async function start(
  domain: TestDomain,
  strategy: Omit<Waves, 'kind'> | Omit<Extract<RolloutStrategy, { kind: 'all' }>, 'kind'>,
  name = 'base',
): Promise<string> {
  await domain.configs.put(name, { body: COLLECTOR(name) }, { author: 'ann' });
  const kind = 'waves' in strategy ? 'waves' : 'all';
  const input = {
    target: { kind: 'config', name },
    selector: '',
    strategy: { kind, ...strategy },
  } as RolloutCreate;
  return (await domain.rollouts.create(input, 'ann')).id;
}

const fleet = (domain: TestDomain, size: number) =>
  Array.from({ length: size }, (_, at) => connectAgent(domain, at + 1));
const inState = (domain: TestDomain, id: string, state: RolloutState) =>
  until(domain, () => domain.rollouts.get(id).state === state);
const waveStates = (domain: TestDomain, id: string) =>
  domain.rollouts.get(id).waves.map(({ state }) => state);
const health = (domain: TestDomain, number: number, state: 'healthy' | 'unhealthy', lastError = '') => {
  const part = Buffer.from(`${number} ${state}`);
  domain.agents.agentReported(uidOf(number), {
    sequenceNum: 3n,
    capabilities: 0x1807n,
    parts: { health: part },
    health: { state, status: '', lastError },
  });
};
/** Seconds of the rollout's time, with all that falls due meanwhile. */
async function pass(domain: TestDomain, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    domain.clock.advance(1000);
    await until(domain, () => true);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How rollouts go from wave to wave, over a database that `open` gives, fresh each time. */
export function wavesSuite(open: () => Promise<TestDatabase>): void {
  describe('waves', () => {
    test('go one after the other, each agent in one of them and offered in no other', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uids = fleet(domain, 20);
      const waveOfOffer = new Map<string, number>();
      let id = '';
      answerOffers(domain, (uid) => {
        waveOfOffer.set(uid, domain.rollouts.get(id).waves.filter(({ startedAt }) => startedAt).length - 1);
        return 'applied';
      });
      await domain.agents.patch(uidOf(20), { labels: { ring: 'canary' } }, 'ann');
      const strategy = { waves: [{ selector: 'ring=canary' }, { count: 3 }, { percent: 25 }] };
      await domain.configs.put('base', { body: COLLECTOR('base') }, { author: 'ann' });
      const input: RolloutCreate = {
        target: { kind: 'config', name: 'base' },
        selector: '',
        strategy: { kind: 'waves', ...strategy },
      };
      const preview = await domain.rollouts.preview(input);
      expect(preview.waves.map(({ agents }) => agents)).toEqual([1, 3, 5, 11]);
      id = (await domain.rollouts.create(input, 'ann')).id;
      await inState(domain, id, 'succeeded');
      const rollout = domain.rollouts.get(id);
      expect(rollout.waves.map(({ counts }) => counts.applied)).toEqual([1, 3, 5, 11]);
      expect(rollout.waves.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed', 'passed']);
      const { items } = await domain.rollouts.board.members(id, { limit: 50 });
      expect(items.map(({ wave }) => wave).sort()).toEqual([
        0,
        1,
        1,
        1,
        ...Array(5).fill(2),
        ...Array(11).fill(3),
      ]);
      for (const { instanceUid, wave } of items) expect(waveOfOffer.get(instanceUid)).toBe(wave);
      expect((await domain.rollouts.board.members(id, { limit: 50, wave: 1 })).total).toBe(3);
      expect(new Set(items.map(({ instanceUid }) => instanceUid))).toEqual(new Set(uids));
      await domain.stop();
    });

    test('halt where more agents fail than may, at once, and go on when an operator says so', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 10);
      const offered = answerOffers(domain, (_uid, _hash) => (offered.length <= 2 ? 'failed' : 'applied'));
      const id = await start(domain, { waves: [{ count: 4 }], gates: { maxFailed: { percent: 25 } } });
      await inState(domain, id, 'paused');
      const halted = domain.rollouts.get(id);
      expect(halted.pausedBecause).toMatchObject({ kind: 'gate', wave: 0 });
      expect(halted.pausedBecause?.text).toContain('2 of 4 agents could not apply it (1 allowed)');
      expect(halted.waves).toMatchObject([
        { state: 'failed', gates: [{ gate: 'failures', passed: false, figures: { failed: 2, allowed: 1 } }] },
        { state: 'waiting' },
      ]);
      expect(offered.length).toBeLessThanOrEqual(4);
      await expect(domain.rollouts.approve(id, 'ann')).rejects.toMatchObject({
        code: 'rollout_state_conflict',
      });
      await domain.rollouts.resume(id, 'ann');
      await inState(domain, id, 'failed');
      expect(waveStates(domain, id)).toEqual(['overridden', 'passed']);
      expect(domain.rollouts.get(id).counts).toMatchObject({ applied: 8, failed: 2 });
      await domain.rollouts.retry(id, 'ann');
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).counts).toMatchObject({ applied: 10, failed: 0 });
      await domain.stop();
    });

    test('that fail are taken back by themselves where that was asked for', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 6);
      let fails = false;
      const offered = answerOffers(domain, () => (fails ? 'failed' : 'applied'));
      const first = await start(domain, {}, 'good');
      await inState(domain, first, 'succeeded');
      const good = domain.rollouts.desired.desiredConfig(uidOf(1))?.hash;
      fails = true;
      offered.length = 0;
      const id = await start(domain, { waves: [{ count: 2 }], onFailure: 'rollback' }, 'bad');
      await until(domain, () => domain.rollouts.get(id).state === 'rolled_back');
      fails = false;
      expect(new Set(offered).size).toBeLessThanOrEqual(2);
      const hashOf = (number: number) => domain.rollouts.desired.desiredConfig(uidOf(number))?.hash;
      await until(domain, () => [1, 2, 3, 4, 5, 6].every((number) => hashOf(number) === good));
      expect(domain.rollouts.get(id).waves[0]?.gates).toMatchObject([{ gate: 'failures', passed: false }]);
      await domain.stop();
    });

    test('soak, and are judged by the health of those that run the target', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 4);
      const offered = answerOffers(domain);
      const id = await start(domain, { waves: [{ count: 2, soakSeconds: 60 }] });
      await until(domain, () => domain.rollouts.get(id).waves[0]?.state === 'soaking');
      await pass(domain, 30);
      expect(offered).toHaveLength(2);
      const [first] = offered;
      const number = Number.parseInt(first?.slice(-4) ?? '', 16);
      health(domain, number, 'unhealthy', 'disk full');
      await pass(domain, 40);
      const halted = domain.rollouts.get(id);
      expect(halted).toMatchObject({ state: 'paused', pausedBecause: { kind: 'gate', wave: 0 } });
      expect(halted.pausedBecause?.text).toContain('disk full');
      health(domain, number, 'healthy');
      await domain.rollouts.resume(id, 'ann');
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).waves[1]?.gates).toMatchObject([{ gate: 'health', passed: true }]);
      await domain.stop();
    });

    test('wait for approval, which is kept with who gave it', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 3);
      const offered = answerOffers(domain);
      const id = await start(domain, { waves: [{ count: 1, approval: true }] });
      await inState(domain, id, 'paused');
      expect(domain.rollouts.get(id).pausedBecause).toMatchObject({
        kind: 'approval',
        text: expect.stringContaining('the next one has 2 agents'),
      });
      expect(offered).toHaveLength(1);
      await expect(domain.rollouts.resume(id, 'ann')).rejects.toMatchObject({
        code: 'rollout_state_conflict',
        message: expect.stringContaining('approve it'),
      });
      await domain.rollouts.approve(id, 'bob');
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).waves[0]?.gates).toMatchObject([
        { gate: 'health', passed: true },
        { gate: 'approval', passed: true, by: 'bob' },
      ]);
      await domain.stop();
    });

    test('are not held by those that are offline, who get it in their wave when they return', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 4);
      answerOffers(domain);
      domain.agents.agentDisconnected(uidOf(2), 'closed');
      const id = await start(domain, { waves: [{ count: 2 }] });
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).counts).toMatchObject({ applied: 3, pending: 1 });
      connectAgent(domain, 2);
      await until(domain, () => domain.rollouts.get(id).counts.applied === 4);
      // One that comes later is in the wave that its uid says, and those are all through.
      connectAgent(domain, 9);
      await until(domain, () => domain.rollouts.get(id).counts.applied === 5);
      await domain.stop();
    });

    test('an agent that never gives a verdict has failed when its time is over', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 2);
      answerOffers(domain, (uid) => (uid === uidOf(1) ? undefined : 'applied'));
      const id = await start(domain, { applyDeadlineSeconds: 30 });
      await until(domain, () => domain.rollouts.get(id).counts.offered === 1);
      await pass(domain, 25);
      expect(domain.rollouts.get(id).state).toBe('running');
      await pass(domain, 10);
      await inState(domain, id, 'failed');
      const { items } = await domain.rollouts.board.members(id, { limit: 5, state: 'failed' });
      expect(items[0]?.reason).toBe('gave no verdict within 30 s of the offer');
      reportStatus(domain, uidOf(1), 'applied', domain.rollouts.desired.desiredConfig(uidOf(1))?.hash ?? '');
      await until(domain, () => domain.rollouts.get(id).counts.applied === 2);
      await domain.stop();
    });

    test('an agent that says APPLIED of another hash has given no verdict', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 1);
      answerOffers(domain, () => undefined);
      const id = await start(domain, { applyDeadlineSeconds: 30 });
      await until(domain, () => domain.rollouts.get(id).counts.offered === 1);
      reportStatus(domain, uidOf(1), 'applied', 'ab'.repeat(32));
      expect(domain.rollouts.get(id)).toMatchObject({ state: 'running', counts: { offered: 1, applied: 0 } });
      expect((await domain.agents.get(uidOf(1))).remoteConfig.inSync).toBe(false);
      await pass(domain, 35);
      await inState(domain, id, 'failed');
      await domain.stop();
    });

    test('nobody is given anything while the window is closed', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 2);
      const offered = answerOffers(domain);
      // The clock of tests begins at midnight.
      const id = await start(domain, { window: { from: '00:10', to: '01:00' } });
      await pass(domain, 5);
      expect(offered).toHaveLength(0);
      expect(domain.rollouts.get(id).waitsUntil).toBe('2026-01-01T00:10:00.000Z');
      domain.clock.advance(600_000);
      await pass(domain, 6);
      await inState(domain, id, 'succeeded');
      expect(domain.rollouts.get(id).waitsUntil).toBeNull();
      await domain.stop();
    });

    test('a restart waits for the agents of the wave, however long before it they last said something new', async () => {
      await using db = await open();
      const before = await startDomain(db);
      fleet(before, 4);
      await before.agents.flush();
      // Nothing but heartbeats, which no database sees.
      await pass(before, 300);
      const id = await start(before, { waves: [{ count: 2 }] });
      await until(before, () => before.rollouts.get(id).waves[0]?.counts.pending === 2);
      await pass(before, 1);

      const restarted = await startDomain(db, new FakeClock(before.clock.now()));
      await pass(restarted, 60);
      expect(waveStates(restarted, id)).toEqual(['running', 'waiting']);
      const offered = answerOffers(restarted);
      for (let at = 1; at <= 4; at += 1) {
        connectAgent(restarted, at);
        restarted.rollouts.desired.changes.emit([uidOf(at)]);
      }
      await inState(restarted, id, 'succeeded');
      expect(offered.length).toBeGreaterThanOrEqual(4);
      await restarted.stop();
    });

    test('a restart does not wait for ever for those who do not come back', async () => {
      await using db = await open();
      const before = await startDomain(db);
      fleet(before, 4);
      const id = await start(before, { waves: [{ count: 2 }] });
      await pass(before, 1);
      const restarted = await startDomain(db, new FakeClock(before.clock.now()));
      await pass(restarted, 120);
      await until(restarted, () => waveStates(restarted, id).every((state) => state === 'passed'));
      expect(restarted.rollouts.get(id).counts).toMatchObject({ pending: 4 });
      await restarted.stop();
    });

    test('an agent that comes back with an offer it had long ago gets its deadline anew', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      fleet(domain, 2);
      answerOffers(domain, () => undefined);
      const id = await start(domain, { applyDeadlineSeconds: 60 });
      await until(domain, () => domain.rollouts.get(id).counts.offered === 2);
      domain.agents.agentDisconnected(uidOf(1), 'agent_disconnect');
      await pass(domain, 80);
      expect(domain.rollouts.get(id).counts).toMatchObject({ offered: 1, failed: 1 });
      connectAgent(domain, 1);
      await pass(domain, 30);
      expect(domain.rollouts.get(id).counts).toMatchObject({ offered: 1, failed: 1 });
      await pass(domain, 60);
      expect(domain.rollouts.get(id).counts).toMatchObject({ offered: 0, failed: 2 });
      await domain.stop();
    });

    test('a server that is killed at any step leaves each agent in its wave and ends as it would have', async () => {
      await using db = await open();
      let process = killable(db);
      let domain = await startDomain(process.db);
      fleet(domain, 24);
      const waveAtOffer = new Map<string, Set<number>>();
      let id = '';
      const listen = () =>
        answerOffers(domain, (uid) => {
          const released =
            domain.rollouts.get(id).waves.filter(({ startedAt }) => startedAt !== null).length - 1;
          waveAtOffer.set(uid, (waveAtOffer.get(uid) ?? new Set()).add(released));
          return 'applied';
        });
      listen();
      id = await start(domain, { waves: Array.from({ length: 5 }, () => ({ count: 4, soakSeconds: 1 })) });
      for (let kill = 0; kill < 12; kill += 1) {
        await pass(domain, 1);
        if (domain.rollouts.get(id).endedAt !== null) break;
        // Nothing is flushed. What agents said of themselves comes again when they reconnect.
        await process.kill();
        const records = Array.from({ length: 24 }, (_, at) => domain.agents.record(uidOf(at + 1))?.config);
        // With a clock of its own: that of the killed one stands still.
        process = killable(db);
        domain = await startDomain(process.db, new FakeClock(domain.clock.now()));
        listen();
        for (let at = 0; at < 24; at += 1) {
          connectAgent(domain, at + 1);
          const config = records[at];
          if (config !== undefined && config.hash !== '')
            reportStatus(domain, uidOf(at + 1), config.status, config.hash);
          // As the endpoint does with whoever comes back.
          if (domain.rollouts.desired.desiredConfig(uidOf(at + 1)) !== undefined)
            domain.rollouts.desired.changes.emit([uidOf(at + 1)]);
        }
      }
      await inState(domain, id, 'succeeded');
      const { items } = await domain.rollouts.board.members(id, { limit: 50 });
      expect(items).toHaveLength(24);
      expect(items.every(({ state }) => state === 'applied')).toBe(true);
      expect(items.map(({ wave }) => wave).sort()).toEqual(
        [0, 1, 2, 3, 4, 5].flatMap((wave) => Array(4).fill(wave)),
      );
      for (const { instanceUid, wave } of items) {
        for (const released of waveAtOffer.get(instanceUid) ?? [])
          expect(released, `${instanceUid} of wave ${wave}`).toBeGreaterThanOrEqual(wave);
      }
      await domain.stop();
    });
  });
}
