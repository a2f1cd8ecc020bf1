import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import {
  answerOffers,
  connectAgent,
  REPORTS_ONLY,
  startDomain,
  type TestDomain,
  uidOf,
  until,
} from '../testing/domain.ts';

const BASE = (region: string) => `receivers: {otlp: {protocols: {grpc: {}}}}
exporters:
  otlp:
    endpoint: "${region}.gw:4317"
    headers: {authorization: "\${drover:secret.key}"}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp]}}}
`;
const SITE = `exporters: {otlp: {timeout: 5s}}
`;

async function fleet(domain: TestDomain): Promise<void> {
  answerOffers(domain);
  for (const number of [1, 2]) connectAgent(domain, number, { attributes: { rack: `r${number}` } });
  await domain.agents.patch(uidOf(1), { labels: { region: 'eu' } }, 'ann');
  await domain.secrets.put('key', 'Bearer planted-marker', 'ann');
  await domain.configs.put('base', { body: BASE('${drover:label.region}') }, { author: 'ann' });
  await domain.configs.put('site', { body: SITE }, { author: 'ann' });
}

/** What an agent would run, over a database that `open` gives, fresh each time. */
export function wouldRunSuite(open: () => Promise<TestDatabase>): void {
  describe('what an agent would run', () => {
    test('is told merged, with origins and values, before anything is given to it, and shows no secret', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await fleet(domain);
      const configs = [{ name: 'base' }, { name: 'site' }];
      const would = await domain.wouldRun.wouldRun(uidOf(1), { kind: 'config', configs });
      expect(would).toMatchObject({
        target: {
          configs: [
            { name: 'base', revision: 1 },
            { name: 'site', revision: 1 },
          ],
        },
        cannot: null,
        variables: [
          { config: 'base', line: 4, source: 'label', key: 'region', value: 'eu', isDefault: false },
          { config: 'base', line: 5, source: 'secret', key: 'key', value: '[REDACTED]', isDefault: false },
        ],
        findings: [],
        intended: null,
        effective: null,
      });
      const lines = would.merged?.body.split('\n') ?? [];
      const originOf = (text: string) => would.merged?.lines[lines.findIndex((line) => line.includes(text))];
      expect(originOf('eu.gw:4317')).toEqual([0]);
      expect(originOf('timeout: 5s')).toEqual([1]);
      expect(JSON.stringify(would)).not.toContain('planted-marker');
      expect(domain.agents.record(uidOf(1))?.desired).toBeNull();
      await domain.stop();
    });

    test('is compared with what it is to run and what it runs, and is what a rollout gives it then', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await fleet(domain);
      const target = { kind: 'config', name: 'base' } as const;
      const { id } = await domain.rollouts.create({ target, selector: 'region=eu' }, 'ann');
      await until(domain, () => domain.rollouts.get(id).state === 'succeeded');
      const effectiveConfig = Buffer.from(
        BASE('us').replace('${drover:secret.key}', 'Bearer planted-marker'),
      );
      domain.agents.agentReported(uidOf(1), {
        sequenceNum: 5n,
        capabilities: 0x1807n,
        parts: { effectiveConfig },
      });
      const same = await domain.wouldRun.wouldRun(uidOf(1), target);
      expect(same.intended).toMatchObject({ isSame: true, changes: { isChanged: false } });
      expect(same.effective?.differences).toEqual([
        {
          path: 'exporters::otlp::endpoint',
          change: 'changed',
          intended: 'eu.gw:4317',
          effective: 'us.gw:4317',
        },
      ]);
      const stack = { kind: 'config', configs: [{ name: 'base', revision: 1 }, { name: 'site' }] } as const;
      const input = { ...stack, configs: [...stack.configs] };
      const would = await domain.wouldRun.wouldRun(uidOf(1), input);
      expect(would.intended).toMatchObject({
        isSame: false,
        changes: {
          isChanged: true,
          pipelines: [],
          components: [
            {
              kind: 'exporter',
              id: 'otlp',
              change: 'changed',
              settings: [{ path: 'exporters::otlp::timeout', after: '5s' }],
              pipelines: ['metrics'],
            },
          ],
        },
      });
      expect(JSON.stringify(would)).not.toContain('planted-marker');
      const next = await domain.rollouts.create({ target: input, selector: 'region=eu' }, 'ann');
      await until(domain, () => domain.rollouts.get(next.id).state === 'succeeded');
      expect(domain.agents.record(uidOf(1))?.desired?.hash).toBe(would.hash);
      await domain.stop();
    });

    test('says why an agent could not take it, and what is wrong with it', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      await fleet(domain);
      const missing = await domain.wouldRun.wouldRun(uidOf(2), { kind: 'config', name: 'base' });
      expect(missing).toMatchObject({
        hash: '',
        cannot: expect.stringContaining('no label "region"'),
        merged: null,
        variables: [
          { key: 'region', value: null },
          { key: 'key', value: '[REDACTED]' },
        ],
      });
      connectAgent(domain, 3, { capabilities: REPORTS_ONLY });
      await domain.configs.put(
        'broken',
        { body: BASE('eu').replace('[otlp]}', '[nope]}') },
        { author: 'ann' },
      );
      const broken = await domain.wouldRun.wouldRun(uidOf(3), { kind: 'config', name: 'broken' });
      expect(broken.cannot).toBe('the agent does not accept remote configuration');
      expect(broken.findings.filter(({ severity }) => severity === 'error')).toMatchObject([
        {
          severity: 'error',
          path: 'service::pipelines::metrics::exporters::0',
          message: expect.stringContaining('nope'),
        },
      ]);
      const ask = (uid: string, name: string) => domain.wouldRun.wouldRun(uid, { kind: 'config', name });
      await expect(ask(uidOf(99), 'base')).rejects.toMatchObject({ code: 'agent_not_found' });
      await expect(ask(uidOf(1), 'nothing')).rejects.toMatchObject({ code: 'config_not_found' });
      await domain.stop();
    });
  });
}
