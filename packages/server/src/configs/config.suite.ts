import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../testing/databases.ts';
import { connectAgent, startDomain } from '../testing/domain.ts';

const GOOD = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {debug: {}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}}
`;
const author = 'ann';

/** The behaviour of configurations over a database that `open` gives, fresh each time. */
export function configSuite(open: () => Promise<TestDatabase>): void {
  describe('configurations', () => {
    test('each new content makes a revision, the same content makes none', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      const first = await configs.put('base', { body: GOOD, description: 'all agents' }, { author });
      expect(first).toMatchObject({
        isNew: true,
        result: { created: true, revision: { number: 1, author } },
      });
      const same = await configs.put('base', { body: GOOD }, { author: 'bob' });
      expect(same).toMatchObject({
        isNew: false,
        result: { created: false, revision: { number: 1, author } },
      });
      const second = await configs.put('base', { body: `${GOOD}# more\n` }, { author: 'bob' });
      expect(second.result).toMatchObject({ created: true, revision: { number: 2, author: 'bob' } });
      const typed = await configs.put(
        'base',
        { body: `${GOOD}# more\n`, contentType: 'text/x-yaml' },
        { author },
      );
      expect(typed.result.revision).toMatchObject({ number: 3, contentType: 'text/x-yaml' });
      expect(await configs.get('base')).toMatchObject({ description: 'all agents', revision: { number: 3 } });
      expect(await configs.revision('base', 1)).toMatchObject({
        body: GOOD,
        hash: first.result.revision.hash,
      });
      const page = await configs.revisions('base', { limit: 2 });
      expect(page).toMatchObject({ total: 3, items: [{ number: 3 }, { number: 2 }] });
      const rest = await configs.revisions('base', { limit: 2, cursor: page.nextCursor ?? undefined });
      expect(rest).toMatchObject({ items: [{ number: 1 }], nextCursor: null });
    });

    test('an edit of a revision that is not the newest is refused', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      const { result } = await configs.put('base', { body: GOOD }, { author });
      const ifMatch = result.revision.hash;
      await configs.put('base', { body: `${GOOD}# a\n` }, { author, ifMatch });
      await expect(configs.put('base', { body: `${GOOD}# b\n` }, { author, ifMatch })).rejects.toMatchObject({
        code: 'revision_conflict',
      });
      await expect(configs.put('other', { body: GOOD }, { author, ifMatch })).rejects.toMatchObject({
        code: 'revision_conflict',
      });
      expect((await configs.list({ limit: 5 })).total).toBe(1);
    });

    test('edits at one moment each get a revision of their own', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      const bodies = Array.from({ length: 8 }, (_, at) => `${GOOD}# ${at}\n`);
      await Promise.all(bodies.map((body) => configs.put('base', { body }, { author })));
      const { items } = await configs.revisions('base', { limit: 20 });
      expect(items.map(({ number }) => number)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    });

    test('a text that is no YAML is refused with its place, other contents are not looked into', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      const bad = configs.put('base', { body: 'receivers:\n  otlp: [\n' }, { author });
      await expect(bad).rejects.toMatchObject({
        code: 'invalid_config',
        errors: [{ pointer: '/body', line: expect.any(Number), column: expect.any(Number) }],
      });
      await configs.put('bit', { body: '[INPUT]\n  name cpu', contentType: 'text/plain' }, { author });
      await expect(
        configs.put('big', { body: 'x'.repeat(1024 * 1024 + 1) }, { author }),
      ).rejects.toMatchObject({
        code: 'config_too_large',
      });
      expect((await configs.list({ limit: 5 })).items.map(({ name }) => name)).toEqual(['bit']);
    });

    test('a draft is checked against the components that the agents report', async () => {
      await using db = await open();
      const domain = await startDomain(db);
      const uid = connectAgent(domain, 1, { attributes: { 'os.type': 'linux' } });
      const components = { receivers: ['otlp'], exporters: ['otlphttp'] };
      const availableComponents = Buffer.from(JSON.stringify(components));
      domain.agents.agentReported(uid, { sequenceNum: 2n, capabilities: 2n, parts: { availableComponents } });
      expect(await domain.configs.validate({ body: GOOD })).toEqual({ valid: true, problems: [] });
      const checked = await domain.configs.validate({ body: GOOD, selector: 'os.type=linux' });
      expect(checked.valid).toBe(false);
      expect(checked.problems).toMatchObject([{ source: 'components', line: 2, path: 'exporters::debug' }]);
      const others = await domain.configs.validate({ body: GOOD, selector: 'os.type=windows' });
      expect(others.valid).toBe(true);
      await expect(domain.configs.validate({ body: GOOD, selector: 'os.type=' })).rejects.toMatchObject({
        code: 'invalid_selector',
      });
      const broken = await domain.configs.validate({ body: 'a: [' });
      expect(broken).toMatchObject({ valid: false, problems: [{ source: 'yaml', severity: 'error' }] });
    });

    test('a revision says why, how it is read and what it is for; what it is for makes another one', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      await configs.put('base', { body: GOOD, message: 'first light' }, { author });
      expect((await configs.get('base')).revision).toMatchObject({
        message: 'first light',
        format: 'collector',
        role: '',
      });
      const lua = { body: 'return 1', contentType: 'text/x-lua', role: 'script' };
      await configs.put('script', lua, { author });
      expect((await configs.get('script')).revision).toMatchObject({ format: 'other', role: 'script' });
      const other = await configs.put('script', { ...lua, role: 'library' }, { author });
      expect(other.result).toMatchObject({ created: true, revision: { number: 2, role: 'library' } });
      const yaml = { body: 'pipeline: {}', format: 'fluentbit' as const };
      await configs.put('bit', yaml, { author });
      expect(await configs.revision('bit', 1)).toMatchObject({ format: 'fluentbit', message: '' });
      expect(await configs.validate(yaml)).toEqual({ valid: true, problems: [] });
    });

    test('a variable that is none is refused with its place', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      const body = GOOD.replace('debug: {}', 'debug: {verbosity: "${drover:region}"}');
      await expect(configs.put('base', { body }, { author })).rejects.toMatchObject({
        code: 'invalid_config',
        errors: [{ pointer: '/body', line: 2, detail: expect.stringContaining('label.KEY') }],
      });
      const { problems } = await configs.validate({ body });
      expect(problems).toMatchObject([{ source: 'variables', line: 2, severity: 'error' }]);
    });

    test('a draft may be unfinished, is shared, and ends when a revision says the same', async () => {
      await using db = await open();
      const { configs, drafts } = await startDomain(db);
      await configs.put('base', { body: GOOD }, { author });
      const first = await drafts.put('base', { body: 'receivers: [', baseRevision: 1 }, { author });
      expect(await drafts.get('base')).toMatchObject({ body: 'receivers: [', baseRevision: 1, author });
      expect((await configs.get('base')).revision.number).toBe(1);
      const whole = { body: `${GOOD}# more\n` };
      await drafts.put('base', { ...whole, baseRevision: 1 }, { author: 'bob', ifMatch: first.hash });
      await expect(
        drafts.put('base', { body: 'mine' }, { author, ifMatch: first.hash }),
      ).rejects.toMatchObject({ code: 'config_draft_conflict', message: expect.stringContaining('bob') });
      await drafts.put('fresh', { body: '' }, { author, ifMatch: null });
      await expect(
        drafts.put('fresh', { body: 'mine' }, { author: 'bob', ifMatch: null }),
      ).rejects.toMatchObject({ code: 'config_draft_conflict', message: expect.stringContaining(author) });
      const page = await drafts.list({ limit: 1 });
      expect(page).toMatchObject({ total: 2, items: [{ name: 'base', author: 'bob' }] });
      expect(await drafts.list({ limit: 1, cursor: page.nextCursor ?? '' })).toMatchObject({
        items: [{ name: 'fresh', baseRevision: null }],
        nextCursor: null,
      });
      await configs.put('base', { body: `${GOOD}# other\n` }, { author });
      expect(await drafts.get('base')).toMatchObject(whole);
      await configs.put('base', whole, { author });
      await expect(drafts.get('base')).rejects.toMatchObject({ code: 'config_draft_not_found' });
      expect(await drafts.list({ limit: 5, name: 'fresh' })).toMatchObject({
        items: [{ name: 'fresh' }],
        total: 1,
      });
      expect(await drafts.list({ limit: 5, name: 'none' })).toMatchObject({ items: [], total: 0 });
      await drafts.remove('fresh', author);
      await expect(drafts.remove('fresh', author)).rejects.toMatchObject({ code: 'config_draft_not_found' });
      await expect(
        drafts.put('big', { body: 'x'.repeat(1024 * 1024 + 1) }, { author }),
      ).rejects.toMatchObject({ code: 'config_too_large' });
    });

    test('what is not there is refused by name', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      await expect(configs.get('none')).rejects.toMatchObject({ code: 'config_not_found' });
      await expect(configs.remove('none', author)).rejects.toMatchObject({ code: 'config_not_found' });
      await expect(configs.revisions('none', { limit: 1 })).rejects.toMatchObject({
        code: 'config_not_found',
      });
      await configs.put('base', { body: GOOD }, { author });
      await expect(configs.revision('base', 2)).rejects.toMatchObject({ code: 'revision_not_found' });
      await configs.remove('base', author);
      await expect(configs.get('base')).rejects.toMatchObject({ code: 'config_not_found' });
      const again = await configs.put('base', { body: GOOD }, { author });
      expect(again).toMatchObject({ isNew: true, result: { revision: { number: 1 } } });
    });

    test('the list is paged by name in either direction', async () => {
      await using db = await open();
      const { configs } = await startDomain(db);
      for (const name of ['c', 'a', 'b']) await configs.put(name, { body: GOOD }, { author });
      const first = await configs.list({ limit: 2 });
      expect(first).toMatchObject({ total: 3, items: [{ name: 'a' }, { name: 'b' }] });
      const second = await configs.list({ limit: 2, cursor: first.nextCursor ?? undefined });
      expect(second).toMatchObject({ items: [{ name: 'c' }], nextCursor: null });
      const down = await configs.list({ limit: 3, sort: '-name' });
      expect(down.items.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    });
  });
}
