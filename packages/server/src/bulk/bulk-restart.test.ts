import { expect, test } from 'vitest';
import type { Act } from '../audit/audit.ts';
import { createIds } from '../lib/ids.ts';
import { silentLog } from '../lib/log.ts';
import { openMemory } from '../testing/databases.ts';
import { connectAgent, startDomain, uidOf } from '../testing/domain.ts';
import { BulkRestartService } from './bulk-restart-service.ts';

const ALL = { match: {} };

async function start(size: number) {
  const db = await openMemory();
  const domain = await startDomain(db);
  const { agents, clock } = domain;
  for (let number = 1; number <= size; number += 1) connectAgent(domain, number);
  const asked: string[] = [];
  const refusals = new Map<string, string>();
  const recorded: Act[] = [];
  const restarts = new BulkRestartService({
    agents,
    restarter: { restartRefusal: (uid) => refusals.get(uid), restart: (uid) => asked.push(uid) },
    clock,
    ids: createIds(clock),
    log: silentLog,
    record: async (act) => void recorded.push(act),
  });
  return {
    ...{ domain, restarts, asked, refusals, clock, recorded },
    async [Symbol.asyncDispose]() {
      restarts.stop();
      await domain.stop();
      await db[Symbol.asyncDispose]();
    },
  };
}

test('agents are asked so many each second, the first at once', async () => {
  await using setup = await start(25);
  const { restarts, asked, clock, recorded } = setup;
  expect(await restarts.preview(ALL, 10)).toMatchObject({ changed: 25, seconds: 2, run: null });
  expect(asked).toEqual([]);
  const { run, seconds } = await restarts.restart(ALL, 10, 'ann', 25);
  expect(seconds).toBe(2);
  expect(recorded).toMatchObject([
    { author: 'ann', kind: 'agents.restarted', subject: { name: '25 agents' }, detail: '10 a second' },
  ]);
  expect(run).toMatchObject({ state: 'running', total: 25, asked: 10, author: 'ann', perSecond: 10 });
  clock.advance(750);
  expect(asked).toHaveLength(10);
  clock.advance(250);
  expect(asked).toHaveLength(20);
  clock.advance(1000);
  expect(new Set(asked).size).toBe(25);
  expect(restarts.runs()).toMatchObject([{ state: 'ended', asked: 25, leftOut: [] }]);
});

test('fewer than one each second are asked too', async () => {
  await using setup = await start(3);
  const { restarts, asked, clock } = setup;
  expect((await restarts.restart(ALL, 0.1, 'ann')).seconds).toBe(20);
  clock.advance(9_900);
  expect(asked).toHaveLength(1);
  clock.advance(10_100);
  expect(asked).toHaveLength(3);
});

test('who cannot is said before and, where it has left meanwhile, after', async () => {
  await using setup = await start(4);
  const { restarts, asked, refusals, clock, domain } = setup;
  refusals.set(uidOf(1), 'is not connected');
  const { run, cannot } = await restarts.restart(ALL, 1, 'ann');
  expect(cannot).toEqual([{ reason: 'is not connected', count: 1 }]);
  expect(run).toMatchObject({ total: 3 });
  refusals.set(uidOf(3), 'is not connected');
  await domain.agents.forget(uidOf(4), 'ann');
  clock.advance(3000);
  expect(asked).toEqual([uidOf(2)]);
  expect(restarts.runs()).toMatchObject([
    {
      state: 'ended',
      asked: 1,
      leftOut: [
        { reason: 'is not connected', count: 1 },
        { reason: 'is not known', count: 1 },
      ],
    },
  ]);
});

test('each agent that is asked has it in its timeline with the author, the others do not', async () => {
  await using setup = await start(2);
  const { restarts, domain } = setup;
  await restarts.restart(ALL, 1, 'ann');
  const newest = async (number: number) => (await domain.agents.events(uidOf(number), { limit: 1 })).items[0];
  expect(await newest(1)).toMatchObject({
    kind: 'restart_asked',
    detail: 'restart asked for by ann',
    data: { author: 'ann' },
  });
  expect(await newest(2)).toMatchObject({ kind: 'first_seen' });
});

test('one that waits already is not asked twice', async () => {
  await using setup = await start(4);
  const { restarts, asked, clock } = setup;
  await restarts.restart(ALL, 1, 'ann');
  const again = await restarts.restart({ instanceUids: [uidOf(3), uidOf(4)] }, 1, 'ann');
  expect(again).toMatchObject({ changed: 0, unchanged: 2, run: null });
  clock.advance(10_000);
  expect(asked).toHaveLength(4);
});

test('it can be stopped: nobody else is asked', async () => {
  await using setup = await start(9);
  const { restarts, asked, clock } = setup;
  const { run } = await restarts.restart(ALL, 2, 'ann');
  expect(restarts.stopRun(run?.id ?? '', 'bob')).toMatchObject({ state: 'stopped', asked: 2, total: 9 });
  clock.advance(60_000);
  expect(asked).toHaveLength(2);
  expect(() => restarts.stopRun('none', 'bob')).toThrow(/no restart "none"/);
});

test('only so many are under way at once, and only some that ended are kept', async () => {
  await using setup = await start(40);
  const { restarts, clock } = setup;
  const one = (number: number) => ({ instanceUids: [uidOf(2 * number + 1), uidOf(2 * number + 2)] });
  for (let number = 0; number < 10; number += 1) await restarts.restart(one(number), 1, 'ann');
  await expect(restarts.restart(one(10), 1, 'ann')).rejects.toMatchObject({ code: 'restarts_busy' });
  clock.advance(10_000);
  for (let number = 0; number < 18; number += 1) {
    await restarts.restart(one(number), 1000, 'ann');
    clock.advance(1000);
  }
  expect(restarts.runs().length).toBeLessThanOrEqual(21);
});
