import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Rollout, RolloutCreate } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { startPostgres } from '../../scripts/postgres.ts';
import { temporaryFolder } from './support/drover.ts';
import { offersOf } from './support/offer-journal.ts';
import { eventually } from './support/process.ts';
import { agentsOf, membersOf, type SimulatedFleet, startSimulatedFleet } from './support/simulated-fleet.ts';

const body = (exporter: string): string => `receivers: {nop: }
exporters: {nop/${exporter}: }
service: {pipelines: {traces: {receivers: [nop], exporters: [nop/${exporter}]}}}
`;

type Waves = Omit<Extract<RolloutCreate['strategy'], { kind: 'waves' }>, 'kind'>;

const start = (api: ApiClient, waves: Waves): Promise<Rollout> =>
  api.createRollout({
    target: { kind: 'config', name: 'fleet' },
    selector: '',
    strategy: { kind: 'waves', ...waves },
  });

const over = (api: ApiClient, id: string): Promise<Rollout> =>
  eventually(
    'the rollout is over',
    async () => {
      const rollout = await api.getRollout(id);
      return rollout.state === 'running' ? undefined : rollout;
    },
    100_000,
  );

/** Each agent runs this revision or failed on it, as it wrote in its own journal, and the control plane says the same. */
async function expectAsJournaled(
  { server: { api }, journal }: SimulatedFleet,
  revision: number,
  hash: string,
): Promise<void> {
  const { lastVerdicts } = offersOf(journal, hash);
  const differing = [...(await agentsOf(api))].flatMap(([uid, { remoteConfig }]) => {
    const { configs, syncState, errorMessage } = remoteConfig;
    const verdict = lastVerdicts.get(uid);
    const said = `r${configs[0]?.revision} ${syncState} ${errorMessage}`;
    const isSo = `r${revision} ${verdict?.state === 'failed' ? 'failed' : 'in_sync'} ${verdict?.error}`;
    return said === isSo ? [] : [`${uid} is shown as ${said}, and it is ${isSo}`];
  });
  expect(differing).toEqual([]);
}

describe('2,000 agents of which 3 % fail', () => {
  const AGENTS = 2_000;

  test('each one has its verdict at the end, and a limit below that halts at the first wave over it', async () => {
    await using folder = await temporaryFolder('fleet-rollout');
    await using fleet = await startSimulatedFleet({
      folder: folder.path,
      agents: AGENTS,
      args: ['--fail-rate', '3%', '--apply-delay', '200ms', '--http', '5%', '--heartbeat', '2s'],
    });
    const { api } = fleet.server;

    await api.putConfig('fleet', { body: body('first') });
    const within = await start(api, {
      waves: [{ percent: 10 }, { percent: 30 }],
      gates: { maxFailed: { percent: 15 } },
    });
    const ended = await over(api, within.id);
    // Failed, since some did; but no gate did.
    expect(ended, JSON.stringify(ended.waves)).toMatchObject({ state: 'failed', pausedBecause: null });
    expect(ended.waves.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed']);
    const first = offersOf(fleet.journal, ended.target.hash);
    const failed = [...first.lastVerdicts.values()].filter(({ state }) => state === 'failed').length;
    expect(failed).toBeGreaterThan(AGENTS * 0.015);
    expect(failed).toBeLessThan(AGENTS * 0.06);
    expect(ended.counts).toMatchObject({ matched: AGENTS, applied: AGENTS - failed, failed });
    for (const [uid, { state, reason }] of await membersOf(api, ended.id)) {
      const verdict = first.lastVerdicts.get(uid);
      expect([uid, state, reason]).toEqual([uid, verdict?.state, verdict?.error]);
    }
    await expectAsJournaled(fleet, 1, ended.target.hash);

    await api.putConfig('fleet', { body: body('second') });
    const below = await start(api, {
      waves: [{ percent: 25 }, { percent: 25 }, { percent: 25 }],
      gates: { maxFailed: { percent: 1 } },
      onFailure: 'rollback',
    });
    const halted = await over(api, below.id);
    expect(halted.state).toBe('rolled_back');
    const at = halted.waves.findIndex(({ state }) => state === 'failed');
    expect(halted.waves.map(({ state }) => state)).toEqual(
      halted.waves.map((_wave, index) => (index < at ? 'passed' : index > at ? 'waiting' : 'failed')),
    );
    const verdict = halted.waves[at]?.gates.at(-1);
    expect(verdict).toMatchObject({ gate: 'failures', passed: false, figures: { agents: 500, allowed: 5 } });
    expect(verdict?.figures.failed).toBeGreaterThan(5);
    await eventually('all are back', () => expectAsJournaled(fleet, 1, ended.target.hash).then(() => true));
    const members = await membersOf(api, halted.id);
    const second = offersOf(fleet.journal, halted.target.hash);
    expect(second.firstOffers.size).toBeGreaterThan(5);
    for (const uid of second.firstOffers.keys()) expect(members.get(uid)?.wave).toBeLessThanOrEqual(at);
  });
});

/** From a number to numbers from 0 to 1, the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('a control plane that is killed with -9 every few seconds', () => {
  const WAVES = 10;
  const SHORTEST_MS = 200;
  const LONGEST_MS = 1_500;
  const TIMEOUT_MS = 300_000;

  /** At moments that follow from a seed, which is printed; the number of kills, no more than `most`. */
  async function killUntilOver(fleet: SimulatedFleet, id: string, most: number): Promise<number> {
    const seed = Number(process.env.DROVER_TEST_SEED ?? Date.now() % 1_000_000);
    console.log(`kills at the moments of DROVER_TEST_SEED=${seed}`);
    const random = randomFrom(seed);
    for (let kills = 0; kills < most; kills += 1) {
      await sleep(SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS));
      const { state } = await fleet.server.api.getRollout(id);
      if (state !== 'running') return kills;
      await fleet.restart();
    }
    return most;
  }

  /**
   * What no kill excuses. The order is that of the agents' own journal: an agent gives its verdict before anybody of the
   * next wave gets an offer. The times are those of the control plane's record, by the clock that both share: nobody
   * gets an offer before his wave is released.
   */
  async function expectInWaves(fleet: SimulatedFleet, rollout: Rollout): Promise<void> {
    const members = await membersOf(fleet.server.api, rollout.id);
    const { firstOffers, firstVerdicts } = offersOf(fleet.journal, rollout.target.hash);
    let through = -1;
    for (const { index, startedAt, counts } of rollout.waves) {
      const uids = [...members.values()].filter(({ wave }) => wave === index).map((one) => one.instanceUid);
      expect(uids).toHaveLength(counts.matched);
      const offers = uids.map((uid) => firstOffers.get(uid));
      const early = offers.filter(
        (offer) => !offer || offer.place < through || offer.atMs < Date.parse(startedAt ?? ''),
      );
      expect(early, `wave ${index}, released ${startedAt}`).toEqual([]);
      through = Math.max(...uids.map((uid) => firstVerdicts.get(uid)?.place ?? Number.POSITIVE_INFINITY));
    }
    for (const [uid, { state, reason }] of members) {
      const verdict = firstVerdicts.get(uid);
      expect([uid, state, reason]).toEqual([uid, verdict?.state, verdict?.error]);
    }
    await eventually('each agent is back and shown as it is', () =>
      expectAsJournaled(fleet, 1, rollout.target.hash).then(() => true),
    );
  }

  async function rollOutUnderKills(
    options: { readonly agents: number; readonly mostKills: number; readonly env?: NodeJS.ProcessEnv },
    args: readonly string[],
  ): Promise<void> {
    const { agents, mostKills, env = {} } = options;
    await using folder = await temporaryFolder('killed-rollout');
    await using fleet = await startSimulatedFleet({
      folder: folder.path,
      agents,
      args: ['--fail-rate', '5%', '--apply-delay', '400ms', '--reconnect', '500ms', ...args],
      env,
    });
    await fleet.server.api.putConfig('fleet', { body: body('killed') });
    const { id } = await start(fleet.server.api, {
      waves: Array.from({ length: WAVES - 1 }, () => ({ percent: 100 / WAVES })),
      gates: { maxFailed: { percent: 100 } },
    });
    const kills = await killUntilOver(fleet, id, mostKills);
    const ended = await over(fleet.server.api, id);
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(ended.waves.map(({ state }) => state)).toEqual(Array(WAVES).fill('passed'));
    expect(ended.counts).toMatchObject({ matched: agents, pending: 0, offered: 0, skipped: 0 });
    await expectInWaves(fleet, ended);
    const again = fleet.journal.filter(({ event }) => event === 'offered').length - agents;
    console.log(`${kills} kills in ${WAVES} waves; ${again} offers more than agents`);
  }

  test(
    'brings a rollout of ten waves to its end, each agent in its wave, over WebSocket',
    async () => {
      await rollOutUnderKills({ agents: 200, mostKills: 8 }, ['--http', '0', '--heartbeat', '5s']);
    },
    TIMEOUT_MS,
  );

  test(
    'and over plain HTTP',
    async () => {
      await rollOutUnderKills({ agents: 60, mostKills: 5 }, ['--http', '100%', '--heartbeat', '400ms']);
    },
    TIMEOUT_MS,
  );

  test(
    'and with PostgreSQL',
    async (context) => {
      // One of its own, whatever the environment names.
      const postgres = await startPostgres({});
      if (postgres.kind === 'missing') return context.skip(postgres.reason);
      try {
        const env = { DROVER_DATABASE_URL: postgres.url };
        const args = ['--http', '20%', '--heartbeat', '400ms'];
        await rollOutUnderKills({ agents: 60, mostKills: 5, env }, args);
      } finally {
        await postgres.stop();
      }
    },
    TIMEOUT_MS,
  );
});
