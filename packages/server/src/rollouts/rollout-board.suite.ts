import type { RolloutCreate } from '@drover/api';
import { describe, expect, test } from 'vitest';
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

const COLLECTOR = (
  exporters: readonly string[],
  timeout = '1s',
) => `receivers: {otlp: {protocols: {grpc: {}}}}
processors: {batch: {timeout: ${timeout}}}
exporters: {${exporters.map((name) => `debug/${name}: {}`).join(', ')}}
service: {pipelines: {metrics: {receivers: [otlp], processors: [batch], exporters: [${exporters.map((name) => `debug/${name}`).join(', ')}]}}}
`;

const put = ({ configs }: TestDomain, name: string, body: string) =>
  configs.put(name, { body }, { author: 'ann' });
const all = (name: string, selector = ''): RolloutCreate => ({ target: { kind: 'config', name }, selector });

async function roll(domain: TestDomain, input: RolloutCreate, state = 'succeeded'): Promise<string> {
  const { id } = await domain.rollouts.create(input, 'ann');
  await until(domain, () => domain.rollouts.get(id).state === state);
  return id;
}

const stories = (domain: TestDomain, id: string) =>
  domain.rollouts.board
    .events(id)
    .items.map(({ kind, wave, by }) => `${kind} ${wave ?? '-'} ${by ?? '-'}`)
    .reverse();

/** What people look at before and while a rollout goes, over a database that `open` gives, fresh each time. */
export function rolloutBoardSuite(open: () => Promise<TestDatabase>): void {
  describe('a preview', () => {
    test('puts agents that would get the same change into one group, with the change by meaning', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      for (let number = 1; number <= 7; number += 1) connectAgent(domain, number);
      connectAgent(domain, 8, { capabilities: REPORTS_ONLY });
      await put(domain, 'edge', COLLECTOR(['a']));
      await put(domain, 'other', COLLECTOR(['b']));
      const first = [1, 2, 3, 4].map(uidOf).join(',');
      await roll(domain, all('edge', `instanceUid in (${first})`));
      await roll(domain, all('other', `instanceUid in (${uidOf(5)},${uidOf(6)})`));
      await put(domain, 'edge', COLLECTOR(['a', 'c'], '5s'));
      const { groups, wouldChange } = await domain.rollouts.preview(all('edge'));
      expect(wouldChange.count).toBe(7);
      expect(groups.rest).toEqual({ groups: 0, agents: 0 });
      expect(groups.items.map(({ agents, against, before }) => [agents, against, before])).toEqual([
        [4, 'intended', [{ name: 'edge', revision: 1 }]],
        [2, 'intended', [{ name: 'other', revision: 1 }]],
        [1, 'nothing', []],
      ]);
      const [changed, , fresh] = groups.items;
      expect(changed?.sample).toHaveLength(3);
      expect(changed?.changes).toMatchObject({
        components: expect.arrayContaining([
          expect.objectContaining({ kind: 'exporter', id: 'debug/c', change: 'added' }),
          expect.objectContaining({ kind: 'processor', id: 'batch', change: 'changed' }),
        ]),
        pipelines: [{ id: 'metrics', roles: { exporters: { added: ['debug/c'] } } }],
      });
      expect(fresh).toMatchObject({ changes: null, after: [{ name: 'edge', revision: 2 }] });
      await domain.stop();
    });

    test('holds agents that Drover gives nothing against what they say they run', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      for (const number of [1, 2]) {
        connectAgent(domain, number);
        const parts = { effectiveConfig: Buffer.from(COLLECTOR(['old'])) };
        domain.agents.agentReported(uidOf(number), { sequenceNum: 2n, capabilities: 0x1807n, parts });
      }
      await until(domain, () =>
        [1, 2].every((number) => domain.agents.record(uidOf(number))?.effectiveContent),
      );
      await put(domain, 'edge', COLLECTOR(['new']));
      const { groups } = await domain.rollouts.preview(all('edge'));
      expect(groups.items).toMatchObject([
        {
          agents: 2,
          against: 'effective',
          changes: {
            components: expect.arrayContaining([
              expect.objectContaining({ id: 'debug/new', change: 'added' }),
              expect.objectContaining({ id: 'debug/old', change: 'removed' }),
            ]),
          },
        },
      ]);
      await domain.stop();
    });

    test('shows at most 20 groups, counts the rest, and tells variables apart from changes', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      for (let number = 1; number <= 23; number += 1) {
        connectAgent(domain, number);
        await domain.agents.patch(uidOf(number), { labels: { site: `s${number}` } }, 'ann');
        await put(domain, `own-${number}`, COLLECTOR([`x${number}`]));
        await roll(domain, all(`own-${number}`, `instanceUid=${uidOf(number)}`));
      }
      const withSite = COLLECTOR(['x'], `"\${drover:label.site}"`);
      await put(domain, 'edge', withSite);
      const before = await domain.rollouts.preview(all('edge'));
      expect(before.groups.items).toHaveLength(20);
      expect(before.groups.rest).toEqual({ groups: 3, agents: 3 });
      await roll(domain, all('edge'));
      await put(domain, 'edge', `${withSite}extensions: {health_check: {}}\n`);
      const { groups } = await domain.rollouts.preview(all('edge'));
      // Each of them gets another text, and the same change.
      expect(groups.items).toMatchObject([{ agents: 23, hasVariables: true, against: 'intended' }]);
      await domain.stop();
    });
  });

  describe('the board of a rollout', () => {
    test('puts agents that failed with the same error together, that of most first', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const errors = ['unknown exporter "x"', 'port 4317 is taken', 'port 4318 is taken'];
      domain.rollouts.desired.changes.subscribe((uids) => {
        for (const uid of uids) {
          const hash = domain.rollouts.desired.desiredConfig(uid)?.hash;
          if (hash === undefined) continue;
          domain.rollouts.configOffered(uid, hash);
          const place = Number.parseInt(uid.slice(-4), 16);
          reportStatus(domain, uid, 'failed', hash, errors[place <= 4 ? 0 : place - 4]);
        }
      });
      for (let number = 1; number <= 6; number += 1) connectAgent(domain, number);
      connectAgent(domain, 7, { capabilities: REPORTS_ONLY });
      await put(domain, 'edge', COLLECTOR(['x']));
      const id = await roll(domain, all('edge'), 'failed');
      const { board } = domain.rollouts;
      const failed = await board.reasons(id, { state: 'failed', limit: 10 });
      expect(failed.rest).toBe(0);
      expect(failed.items.map(({ agents, reason, variants }) => [agents, reason, variants])).toEqual([
        [4, 'unknown exporter "x"', 1],
        [2, 'port 4317 is taken', 2],
      ]);
      expect(failed.items[0]?.sample.map(({ instanceUid }) => instanceUid)).toEqual([uidOf(1), uidOf(4)]);
      expect(await board.reasons(id, { state: 'failed', limit: 1 })).toMatchObject({ rest: 2 });
      expect((await board.reasons(id, { state: 'skipped', limit: 9 })).items).toMatchObject([
        { agents: 1, reason: 'the agent does not accept remote configuration' },
      ]);
      await expect(board.reasons('absent', { state: 'failed', limit: 1 })).rejects.toMatchObject({
        code: 'rollout_not_found',
      });
      await domain.stop();
    });

    test('tells what happened: waves, gates, and what operators did, also after a restart', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const offered = answerOffers(domain, () => (offered.length <= 1 ? 'failed' : 'applied'));
      for (let number = 1; number <= 4; number += 1) connectAgent(domain, number);
      await put(domain, 'edge', COLLECTOR(['x']));
      const strategy: RolloutCreate['strategy'] = { kind: 'waves', waves: [{ count: 2, approval: true }] };
      const id = await roll(domain, { ...all('edge'), strategy, message: 'for the audit' }, 'paused');
      await domain.rollouts.resume(id, 'ben');
      await until(domain, () => domain.rollouts.get(id).pausedBecause?.kind === 'approval');
      await domain.rollouts.approve(id, 'cat');
      await until(domain, () => domain.rollouts.get(id).state === 'failed');
      await domain.rollouts.rollback(id, 'dan');
      const told = stories(domain, id);
      expect(told).toEqual([
        'started - ann',
        'wave_released 0 -',
        'gate_failed 0 -',
        'halted 0 -',
        'resumed - ben',
        'wave_settled 0 -',
        'gate_passed 0 -',
        'waits_for_approval 0 -',
        'approved 0 cat',
        'wave_released 1 -',
        'wave_settled 1 -',
        'gate_passed 1 -',
        'failed - -',
        'rolled_back - dan',
      ]);
      const { items } = domain.rollouts.board.events(id);
      expect(items.at(-1)).toMatchObject({ kind: 'started', text: 'for the audit' });
      expect(items.find(({ kind }) => kind === 'gate_failed')?.text).toContain('1 of 2 agents');
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect(stories(restarted, id)).toEqual(told);
      await restarted.stop();
    });

    test('tells who paused and who aborted', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      connectAgent(domain, 1);
      await put(domain, 'edge', COLLECTOR(['x']));
      const { id } = await domain.rollouts.create(all('edge'), 'ann');
      await domain.rollouts.pause(id, 'ben');
      await domain.rollouts.resume(id, 'ann');
      await domain.rollouts.retry(id, 'eve');
      await domain.rollouts.abort(id, 'ben');
      expect(stories(domain, id).filter((story) => !story.startsWith('wave'))).toEqual([
        'started - ann',
        'paused - ben',
        'resumed - ann',
        'retried - eve',
        'aborted - ben',
      ]);
      await domain.stop();
    });
  });
}
