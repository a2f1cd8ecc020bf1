import { describe, expect, test } from 'vitest';
import type { Act } from '../audit/audit.ts';
import { createIds } from '../lib/ids.ts';
import { silentLog } from '../lib/log.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';
import { FleetDriftService } from './fleet-drift-service.ts';

const BASE = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "gw:4317", headers: {authorization: "\${drover:secret.key}"}}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp]}}}
`;
const SITE = `exporters: {otlp: {endpoint: "site:4317"}}
`;
/** As a Collector accounts for it under its supervisor. */
const EFFECTIVE = (
  uid: string,
  endpoint = 'site:4317',
) => `receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}}
exporters: {otlp: {endpoint: "${endpoint}", compression: gzip, headers: {authorization: "[REDACTED]"}}}
extensions: {opamp: {instance_uid: ${uid}, server: {ws: {endpoint: "ws://127.0.0.1:${1024 + Number.parseInt(uid.slice(-4), 16)}/v1/opamp"}}}}
service:
  extensions: [opamp]
  pipelines: {metrics: {receivers: [otlp], exporters: [otlp]}}
`;

function report({ agents }: TestDomain, number: number, text: string): void {
  const effectiveConfig = Buffer.from(text);
  agents.agentReported(uidOf(number), { sequenceNum: 5n, capabilities: 0x1807n, parts: { effectiveConfig } });
}

async function fleetOnStack(domain: TestDomain, size: number): Promise<void> {
  answerOffers(domain);
  for (let number = 1; number <= size; number += 1) connectAgent(domain, number);
  await domain.secrets.put('key', 'Bearer planted-marker', 'ann');
  await domain.configs.put('base', { body: BASE }, { author: 'ann' });
  await domain.configs.put('site', { body: SITE }, { author: 'ann' });
  const configs = [{ name: 'base' }, { name: 'site' }];
  const { id } = await domain.rollouts.create({ target: { kind: 'config', configs }, selector: '' }, 'ann');
  await until(domain, () => domain.rollouts.get(id).state === 'succeeded');
}

/** How drift is found and kept, over a database that `open` gives, fresh each time. */
export function driftSuite(open: () => Promise<TestDatabase>): void {
  describe('drift', () => {
    test('is found by meaning in the merged stack, counted, filtered by, and kept over a restart', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await fleetOnStack(domain, 3);
      for (const number of [1, 2]) report(domain, number, EFFECTIVE(uidOf(number)));
      report(domain, 3, EFFECTIVE(uidOf(3), 'elsewhere:4317'));
      await until(domain, () => domain.agents.stats().drift.unknown === 0);
      expect(domain.agents.stats().drift).toEqual({ none: 2, drifted: 1, unknown: 0 });
      const { items } = domain.agents.list({ limit: 5, drift: ['drifted'] });
      expect(items.map(({ instanceUid }) => instanceUid)).toEqual([uidOf(3)]);
      expect(await domain.drift.drift(uidOf(3))).toMatchObject({
        state: 'drifted',
        differences: [
          {
            path: 'exporters::otlp::endpoint',
            change: 'changed',
            intended: 'site:4317',
            effective: 'elsewhere:4317',
          },
        ],
      });
      expect(await domain.drift.drift(uidOf(1))).toMatchObject({ state: 'none', differences: [] });
      await domain.stop();
      const restarted = await startDomain(db, domain.clock);
      expect(restarted.agents.stats().drift).toEqual({ none: 2, drifted: 1, unknown: 0 });
      report(restarted, 3, EFFECTIVE(uidOf(3)));
      await until(restarted, () => restarted.agents.stats().drift.none === 3);
      await restarted.stop();
    });

    test('is shown for the fleet, the same difference once, and what drifts is offered once more', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await fleetOnStack(domain, 6);
      report(domain, 1, EFFECTIVE(uidOf(1)));
      for (const number of [2, 3, 4]) report(domain, number, EFFECTIVE(uidOf(number), 'elsewhere:4317'));
      for (const number of [5, 6]) report(domain, number, EFFECTIVE(uidOf(number), 'nowhere:4317'));
      await until(domain, () => domain.agents.stats().drift.unknown === 0);
      const again: string[] = [];
      const recorded: Act[] = [];
      const fleetOf = ({ agents, drift, clock }: TestDomain) =>
        new FleetDriftService({
          agents,
          drift,
          clock,
          ids: createIds(clock),
          log: silentLog,
          record: async (act) => void recorded.push(act),
          reasserter: {
            reassertable: (uid) => ({ refusal: uid === uidOf(4) ? 'is away' : undefined, restarts: true }),
            reassert: (uid) => again.push(uid),
          },
        });
      const fleet = fleetOf(domain);
      const first = await fleet.groups({ limit: 1 });
      expect(first).toMatchObject({
        items: [
          { path: 'exporters::otlp::endpoint', change: 'changed', effective: 'elsewhere:4317', agents: 3 },
        ],
        total: 2,
        drifted: 5,
        waiting: 0,
        isCut: false,
      });
      const second = await fleet.groups({ limit: 1, cursor: first.nextCursor ?? '' });
      expect(second).toMatchObject({ items: [{ effective: 'nowhere:4317', agents: 2 }], nextCursor: null });
      const selector = `instanceUid in (${uidOf(1)},${uidOf(2)})`;
      expect(await fleet.groups({ selector, limit: 5 })).toMatchObject({ total: 1, drifted: 1 });
      const path = 'exporters::otlp::endpoint';
      const page = fleet.agents({ path, limit: 3 });
      expect([page.items.length, page.total]).toEqual([3, 5]);
      expect(fleet.agents({ path, limit: 3, cursor: page.nextCursor ?? '' }).items).toHaveLength(2);
      expect(fleet.agents({ path: 'exporters::other', limit: 3 }).total).toBe(0);
      expect(fleet.agents({ limit: 9 }).total).toBe(5);

      const asked = { matched: 6, changed: 4, unchanged: 1, restarts: 4 };
      expect(fleet.preview({ selector: '', path, perSecond: 2 })).toMatchObject({
        ...asked,
        cannot: [{ reason: 'is away', count: 1 }],
      });
      expect(again).toEqual([]);
      // So many each second, the first at once; whoever waits is not counted twice; one that mends itself is left out.
      const begun = await fleet.reassert({ selector: '', perSecond: 2 }, 'ann');
      expect(begun).toMatchObject({ ...asked, seconds: 1, run: { state: 'running', total: 4, asked: 2 } });
      expect(again).toHaveLength(2);
      expect(fleet.preview({ selector: '', perSecond: 2 })).toMatchObject({ changed: 2, unchanged: 3 });
      const waiting = [2, 3, 5, 6].find((number) => !again.includes(uidOf(number))) ?? 0;
      report(domain, waiting, EFFECTIVE(uidOf(waiting)));
      await until(domain, () => domain.agents.record(uidOf(waiting))?.drift === 0);
      domain.clock.advance(1000);
      expect(fleet.runs()).toMatchObject([
        { state: 'ended', asked: 3, leftOut: [{ reason: 'has not drifted any more', count: 1 }] },
      ]);
      expect(again).toHaveLength(3);
      report(domain, waiting, EFFECTIVE(uidOf(waiting), 'elsewhere:4317'));
      await until(domain, () => domain.agents.stats().drift.drifted === 5);
      // Stopped by an operator: those whose turn has not come are not asked.
      const slow = await fleet.reassert({ selector: '', perSecond: 0.01 }, 'ann');
      expect(fleet.stopRun(slow.run?.id ?? '', 'ann')).toMatchObject({
        state: 'stopped',
        asked: 1,
        total: 4,
      });
      domain.clock.advance(3_600_000);
      expect(again).toHaveLength(4);
      expect(() => fleet.stopRun('nowhere', 'ann')).toThrow('there is no re-assertion "nowhere"');
      expect(recorded).toMatchObject([
        { author: 'ann', kind: 'agents.reasserted', subject: { kind: 'agents', name: '4 agents' } },
        { author: 'ann', kind: 'agents.reasserted', detail: '0.01 a second' },
      ]);
      fleet.stop();
      await domain.stop();

      // In what they drift is not stored, and found again after a start.
      const restarted = await startDomain(db, domain.clock);
      const later = fleetOf(restarted);
      expect(await later.groups({ limit: 5 })).toMatchObject({ total: 0, drifted: 5, waiting: 5 });
      await until(restarted, () => restarted.drift.differencesOf(uidOf(6)) !== undefined);
      expect(await later.groups({ limit: 5 })).toMatchObject({ total: 2, drifted: 5, waiting: 0 });
      await restarted.stop();
    });

    test('is unknown, with the reason, where there is nothing to compare', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      connectAgent(domain, 9);
      expect(await domain.drift.drift(uidOf(9))).toMatchObject({
        state: 'unknown',
        reason: 'nothing is intended for it',
      });
      await fleetOnStack(domain, 1);
      expect((await domain.drift.drift(uidOf(1))).reason).toBe(
        'it does not report its effective configuration',
      );
      report(domain, 1, 'receivers: [');
      expect((await domain.drift.drift(uidOf(1))).reason).toBe('its effective configuration cannot be read');
      await expect(domain.drift.drift('01900000-0000-7000-8000-00000000ffff')).rejects.toMatchObject({
        code: 'agent_not_found',
      });
      await domain.stop();
    });

    test('what an agent is to run is shown merged, layer by layer, and without secrets', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await fleetOnStack(domain, 1);
      const intended = domain.drift.intended(uidOf(1));
      expect(intended.layers.map(({ name, entry, revision }) => [name, entry, revision])).toEqual([
        ['base', '01-base', 1],
        ['site', '02-site', 1],
      ]);
      expect(JSON.stringify(intended)).not.toContain('planted-marker');
      expect(intended.merged?.overrides).toEqual([
        { path: 'exporters::otlp::endpoint', by: 1, over: 0, before: 'gw:4317', after: 'site:4317' },
      ]);
      const lines = intended.merged?.body.split('\n') ?? [];
      const line = lines.findIndex((text) => text.includes('site:4317'));
      expect(intended.merged?.lines[line]).toEqual([1]);
      await domain.stop();
    });
  });
}
