import { describe, expect, test } from 'vitest';
import type { Act } from '../audit/audit.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';
import { DriftReassertService, type ReassertPolicy } from './drift-reassert-service.ts';

const BODY = 'exporters: {debug: {verbosity: basic}}\n';
const MINUTE_MS = 60_000;

function report({ agents }: TestDomain, number: number, text: string): void {
  const parts = { effectiveConfig: Buffer.from(text) };
  agents.agentReported(uidOf(number), { sequenceNum: 5n, capabilities: 0x1807n, parts });
}

const drifts = (domain: TestDomain, number: number) =>
  report(domain, number, BODY.replace('basic', 'detailed'));
const mends = (domain: TestDomain, number: number) => report(domain, number, BODY);
const driftOf = ({ agents }: TestDomain, number: number) => agents.record(uidOf(number))?.drift;

interface Setup {
  readonly domain: TestDomain;
  readonly policy: DriftReassertService;
  /** Agents that were offered their configuration once more. */
  readonly asked: string[];
  /** What the audit trail was told. */
  readonly noted: Act[];
  stop(): Promise<void>;
}

async function start(
  db: TestDatabase,
  size: number,
  policy: ReassertPolicy,
  own?: ReassertPolicy,
  maxAgentsPerSecond = 10,
): Promise<Setup> {
  const domain = await startDomain(db);
  const setup = serve(domain, policy, maxAgentsPerSecond);
  for (let number = 1; number <= size; number += 1) connectAgent(domain, number);
  await domain.configs.put('edge', { body: BODY }, { author: 'ann' });
  const strategy = { kind: 'all', ...(own === undefined ? {} : { reassert: own }) } as const;
  const { rollouts } = domain;
  const { id } = await rollouts.create(
    { target: { kind: 'config', name: 'edge' }, selector: '', strategy },
    'ann',
  );
  await until(domain, () => rollouts.get(id).state === 'succeeded');
  return setup;
}

/** The next process over the same database, after a stop. */
async function resume(db: TestDatabase, { clock }: TestDomain): Promise<Setup> {
  const domain = await startDomain(db, clock);
  const setup = serve(domain, 'auto', 10);
  connectAgent(domain, 1);
  return setup;
}

function serve(domain: TestDomain, policy: ReassertPolicy, maxAgentsPerSecond: number): Setup {
  answerOffers(domain);
  const asked: string[] = [];
  const noted: Act[] = [];
  const { agents, drift, clock, rollouts } = domain;
  const made = new DriftReassertService({
    agents,
    drift,
    clock,
    note: (act) => noted.push(act),
    log: silentLog,
    policyOf: (id) => rollouts.origin(id)?.strategy.reassert,
    settings: { policy, afterMs: 5 * MINUTE_MS, tries: 2, maxAgentsPerSecond },
    reasserter: {
      reassertable: (uid) => ({
        refusal: agents.record(uid)?.connection.state === 'disconnected' ? 'is not connected' : undefined,
        restarts: false,
      }),
      reassert: (uid) => asked.push(uid),
    },
  });
  return {
    domain,
    policy: made,
    asked,
    noted,
    async stop() {
      made.stop();
      await domain.stop();
    },
  };
}

const REASSERTED = expect.objectContaining({
  author: 'drover',
  isOwn: true,
  kind: 'agents.reasserted',
  subject: { kind: 'agent', id: uidOf(1), name: 'otelcol' },
});

/** How policy offers agents that drift what they are to run, over a database that `open` gives, fresh each time. */
export function driftReassertSuite(open: () => Promise<TestDatabase>): void {
  describe('re-assertion by policy', () => {
    test('comes after a grace time, a few times with longer pauses, and then ends', async () => {
      await using db = await open();
      const { domain, policy, asked, noted, stop } = await start(db, 1, 'auto');
      drifts(domain, 1);
      await until(domain, () => policy.viewOf(uidOf(1))?.nextAt != null);
      domain.clock.advance(4 * MINUTE_MS);
      expect(asked).toEqual([]);
      domain.clock.advance(2 * MINUTE_MS);
      expect(asked).toHaveLength(1);
      domain.clock.advance(8 * MINUTE_MS);
      expect(asked).toHaveLength(1);
      domain.clock.advance(3 * MINUTE_MS);
      expect(asked).toHaveLength(2);
      domain.clock.advance(60 * MINUTE_MS);
      expect(asked).toHaveLength(2);
      expect(policy.viewOf(uidOf(1))).toEqual({
        tries: 2,
        maxTries: 2,
        lastAt: expect.stringMatching(/^\d{4}-/),
        nextAt: null,
        isStopped: true,
      });
      expect(policy.stopped).toBe(1);
      expect(noted).toEqual([REASSERTED, REASSERTED]);
      const kinds = (await domain.agents.events(uidOf(1), { limit: 10 })).items.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind.startsWith('reassert'))).toEqual([
        'reassert_stopped',
        'reasserted',
        'reasserted',
      ]);
      // What an operator gives it is a new beginning.
      await domain.configs.put('edge', { body: `${BODY}# anew\n` }, { author: 'ann' });
      const { id } = await domain.rollouts.create(
        { target: { kind: 'config', name: 'edge' }, selector: '' },
        'ann',
      );
      await until(domain, () => domain.rollouts.get(id).state === 'succeeded');
      drifts(domain, 1);
      await until(domain, () => policy.viewOf(uidOf(1))?.tries === 0);
      await stop();
    });

    test('goes on where it was after a restart: tries are in the timeline of the agent', async () => {
      await using db = await open();
      const first = await start(db, 1, 'auto');
      drifts(first.domain, 1);
      await until(first.domain, () => first.policy.viewOf(uidOf(1))?.nextAt != null);
      first.domain.clock.advance(6 * MINUTE_MS);
      expect(first.asked).toHaveLength(1);
      await first.stop();

      const second = await resume(db, first.domain);
      drifts(second.domain, 1);
      await until(second.domain, () => second.policy.viewOf(uidOf(1))?.tries === 1);
      second.domain.clock.advance(30 * MINUTE_MS);
      expect(second.asked).toHaveLength(1);
      second.domain.clock.advance(60 * MINUTE_MS);
      expect(second.policy.viewOf(uidOf(1))).toMatchObject({ tries: 2, isStopped: true });
      await second.stop();

      const third = await resume(db, second.domain);
      drifts(third.domain, 1);
      await until(third.domain, () => third.policy.viewOf(uidOf(1))?.isStopped === true);
      third.domain.clock.advance(60 * MINUTE_MS);
      expect([third.asked, third.policy.stopped]).toEqual([[], 1]);
      await third.stop();
    });

    test('does not fight for ever one that flaps', async () => {
      await using db = await open();
      const { domain, policy, asked, stop } = await start(db, 1, 'auto');
      for (let flap = 0; flap < 4; flap += 1) {
        drifts(domain, 1);
        await until(domain, () => (driftOf(domain, 1) ?? 0) > 0);
        domain.clock.advance(45 * MINUTE_MS);
        mends(domain, 1);
        await until(domain, () => driftOf(domain, 1) === 0);
      }
      expect(asked).toHaveLength(2);
      expect(policy.viewOf(uidOf(1))?.tries).toBe(2);
      await stop();
    });

    test('is rated over the fleet, and waits for those that are away', async () => {
      await using db = await open();
      const { domain, asked, stop } = await start(db, 5, 'auto', undefined, 2);
      for (let number = 1; number <= 5; number += 1) drifts(domain, number);
      await until(domain, () => domain.agents.stats().drift.drifted === 5);
      domain.agents.agentDisconnected(uidOf(1), 'closed');
      domain.clock.advance(5 * MINUTE_MS - 30_000);
      while (asked.length === 0) domain.clock.advance(1000);
      expect(asked).toHaveLength(2);
      domain.clock.advance(1000);
      expect(new Set(asked)).toEqual(new Set([2, 3, 4, 5].map(uidOf)));
      connectAgent(domain, 1);
      domain.clock.advance(1000);
      expect(asked).toContain(uidOf(1));
      await stop();
    });

    test('is off unless the server or the rollout says otherwise', async () => {
      for (const [policy, own, tries] of [
        ['off', undefined, 0],
        ['off', 'auto', 1],
        ['auto', 'off', 0],
      ] as const) {
        await using db = await open();
        const setup = await start(db, 1, policy, own);
        drifts(setup.domain, 1);
        await until(setup.domain, () => (driftOf(setup.domain, 1) ?? 0) > 0);
        setup.domain.clock.advance(6 * MINUTE_MS);
        expect(setup.asked).toHaveLength(tries);
        expect(setup.policy.viewOf(uidOf(1)) === null).toBe(tries === 0);
        await setup.stop();
      }
    });
  });
}
