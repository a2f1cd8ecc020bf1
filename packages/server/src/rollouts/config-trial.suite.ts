import { ConfigValidateSchema } from '@drover/api';
import { describe, expect, test } from 'vitest';
import type { InstanceUid } from '../agents/agent.ts';
import type { ProgramVerdict } from '../configs/program-verdict.ts';
import type { TestDatabase } from '../testing/databases.ts';
import { answerOffers, connectAgent, startDomain, type TestDomain, uidOf, until } from '../testing/domain.ts';
import { ConfigTrialService } from './config-trial-service.ts';

const BODY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "\${drover:label.region}.gw:4317"}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp]}}}
`;

/** Trials over the domain's real services; the programs at the other end answer as told. */
function trialsOf(
  { configs, agents, secrets }: TestDomain,
  answer: (files: Readonly<Record<string, string>>) => ProgramVerdict = () => ({ kind: 'valid' }),
  program = 'otelcol 1.0',
) {
  const announcing = new Set<InstanceUid>();
  const asked: string[] = [];
  const trials = new ConfigTrialService({
    configs,
    agents,
    secrets,
    askable: {
      announcing,
      ask: async (uid, files) => {
        const texts = Object.fromEntries([...files].map(([name, { body }]) => [name, body]));
        asked.push(`${uid} ${JSON.stringify(texts)}`);
        return answer(texts);
      },
    },
    local: {
      program,
      isThere: (path) => path === '/etc/passwd',
      stop() {},
      validate: async (text) => {
        asked.push(`local ${text}`);
        return answer({ local: text });
      },
    },
  });
  const validate = (body: string, more: Readonly<Record<string, unknown>> = {}) =>
    trials.validate(ConfigValidateSchema.parse({ body, ...more }), 'ann');
  const withAgent = (number: number) => ({ with: { kind: 'agent', instanceUid: uidOf(number) } });
  return { trials, validate, withAgent, announcing, asked };
}

const label = ({ agents }: TestDomain, number: number, region: string) =>
  agents.patch(uidOf(number), { labels: { region } }, 'ann');

/** Checks of configurations by programs, over a database that `open` gives, fresh each time. */
export function configTrialSuite(open: () => Promise<TestDatabase>): void {
  describe('a configuration that a program checks', () => {
    test('is for an agent what it would be offered, and another one for another agent', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const { validate, withAgent, asked } = trialsOf(domain);
      for (const [number, region] of [
        [1, 'eu'],
        [2, 'us'],
      ] as const) {
        connectAgent(domain, number);
        await label(domain, number, region);
        expect((await validate(BODY, withAgent(number))).trial?.verdict).toBe('valid');
      }
      expect(asked[0]).toContain('eu.gw:4317');
      expect(asked[1]).toContain('us.gw:4317');
      const { items } = await domain.agents.events(uidOf(1), { limit: 5, kind: ['config_tried'] });
      expect(items).toMatchObject([
        {
          detail: 'A configuration without a name, tried by ann: its program would run it',
          data: { verdict: 'valid', author: 'ann' },
        },
      ]);
      connectAgent(domain, 3);
      const { valid, trial, problems } = await validate(BODY, withAgent(3));
      expect([valid, trial?.verdict, asked.length]).toEqual([false, 'not_asked', 2]);
      expect(problems).toContainEqual(
        expect.objectContaining({
          source: 'variables',
          message: expect.stringContaining('there is no label "region"'),
        }),
      );
      // Nobody was asked: nothing happened to the agent.
      expect((await domain.agents.events(uidOf(3), { limit: 5, kind: ['config_tried'] })).total).toBe(0);
      await domain.stop();
    });

    test('takes its place among the pinned revisions of the stack, also after a restart', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      connectAgent(domain, 1);
      await domain.configs.put('one', { body: 'a: 1' }, { author: 'ann' });
      await domain.configs.put('two', { body: 'b: 1' }, { author: 'ann' });
      const target = { kind: 'config', configs: [{ name: 'one' }, { name: 'two' }] } as const;
      const { id } = await domain.rollouts.create(
        { target: { ...target, configs: [...target.configs] }, selector: '' },
        'ann',
      );
      await until(domain, () => domain.rollouts.get(id).state !== 'running');
      await domain.configs.put('one', { body: 'a: newer' }, { author: 'ann' });
      await domain.stop();
      const again = await startDomain(db, domain.clock);
      connectAgent(again, 1);
      const { validate, withAgent, asked } = trialsOf(again);
      const { trial } = await validate('b: 2', { name: 'two', isFragment: true, ...withAgent(1) });
      expect(trial?.stack).toEqual([
        { name: 'one', revision: 1 },
        { name: 'two', revision: null },
      ]);
      expect(asked).toEqual([`${uidOf(1)} {"01-one":"a: 1","02-two":"b: 2"}`]);
      const alone = await validate('c: 1', { name: 'three', ...withAgent(1) });
      expect(alone.trial?.stack).toEqual([{ name: 'three', revision: null }]);
      await again.stop();
    });

    test('tells nobody the secrets that the agent got for it', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      connectAgent(domain, 1);
      await domain.secrets.put('key', 'planted-secret', 'ann');
      const body = BODY.replace('label.region', 'secret.key');
      for (const kind of ['invalid', 'refused'] as const) {
        const { validate, withAgent, asked } = trialsOf(domain, (files) => {
          const text = `exporters::otlp: bad ${JSON.stringify(files)}`;
          return kind === 'invalid' ? { kind, words: text } : { kind, reason: text };
        });
        const result = await validate(body, withAgent(1));
        expect([result.valid, result.trial?.verdict]).toEqual([false, kind]);
        expect(asked[0]).toContain('planted-secret');
        expect(JSON.stringify(result)).not.toContain('planted');
      }
      const local = trialsOf(domain);
      await local.validate(body, { with: { kind: 'local' } });
      expect(local.asked[0]).toContain('a-secret-of-drover.gw:4317');
      await domain.stop();
    });

    test('stays on the host of the server only where it says nothing of that host', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const { validate, asked } = trialsOf(domain, () => ({
        kind: 'invalid',
        words: 'exporters::otlp: is wrong',
      }));
      const using = { with: { kind: 'local' } };
      const plain = BODY.replace('${drover:label.region}', 'eu');
      expect(await validate(plain, using)).toMatchObject({
        valid: false,
        problems: [{ path: 'exporters::otlp', line: 2, message: 'is wrong', source: 'collector' }],
        trial: { kind: 'local', program: 'otelcol 1.0', verdict: 'invalid' },
      });
      for (const body of [plain.replace('eu.gw:4317', '/etc/passwd'), BODY]) {
        const { trial, problems } = await validate(body, using);
        expect(trial?.verdict).toBe('not_asked');
        expect(problems).toContainEqual(expect.objectContaining({ line: 2, severity: 'warning' }));
      }
      expect(asked).toHaveLength(1);
      await domain.stop();
    });

    test('is proposed to agents that can be asked: those that run it first, then the healthy ones', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      answerOffers(domain);
      const { trials, announcing } = trialsOf(domain);
      for (const number of [1, 2, 3, 4]) {
        const uid = connectAgent(domain, number, { attributes: { 'host.name': `node-${number}` } });
        await label(domain, number, number === 4 ? 'us' : 'eu');
        if (number !== 2) announcing.add(uid);
      }
      const health = { state: 'healthy', status: '', lastError: '' } as const;
      for (const number of [1, 4]) {
        const report = { sequenceNum: 3n, capabilities: 0x1807n, parts: {}, health };
        domain.agents.agentReported(uidOf(number), report);
      }
      await domain.configs.put('edge', { body: 'a: 1' }, { author: 'ann' });
      const { id } = await domain.rollouts.create(
        { target: { kind: 'config', name: 'edge' }, selector: 'host.name=node-3' },
        'ann',
      );
      await until(domain, () => domain.rollouts.get(id).state !== 'running');
      const hosts = async (query: { selector?: string; name?: string; limit?: number }) =>
        (await trials.agents({ limit: 5, ...query })).items.map(({ hostName }) => hostName);
      expect(await hosts({ name: 'edge' })).toEqual(['node-3', 'node-1', 'node-4']);
      expect(await hosts({ selector: 'region=eu' })).toEqual(['node-1', 'node-3']);
      expect(await hosts({ limit: 1 })).toEqual(['node-1']);
      expect(await hosts({ selector: 'region=none' })).toEqual([]);
      await expect(hosts({ selector: '=' })).rejects.toMatchObject({ code: 'invalid_selector' });
      await domain.stop();
    });
  });
}
