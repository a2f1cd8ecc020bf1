import { createOpampClient, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleBench, goByKeys } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const OLD = 6;
const NEW = 2;
const CONFIG = (gateway: string) => `# where telemetry leaves
receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}}
exporters:
  otlp/gateway:
    endpoint: ${gateway}:4317
    headers: {authorization: "Bearer hunter2-hunter2"}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp/gateway]}}}
`;

describeWithBrowser('search, in the console', () => {
  const bench = consoleBench('console-search');
  const agents: OpampClient[] = [];

  function startAgent(name: string, config: string | undefined): OpampClient {
    const reports = config !== undefined;
    const body = Buffer.from(config ?? '');
    const agent = createOpampClient({
      url: bench.server.opampUrl,
      description: { identifying: { 'service.name': 'otelcol', 'service.instance.id': name } },
      capabilities: [
        'ReportsStatus',
        'AcceptsRemoteConfig',
        ...(reports ? (['ReportsEffectiveConfig'] as const) : []),
      ],
      effectiveConfig: () => (reports ? new Map([['', { body, contentType: 'text/yaml' }]]) : undefined),
    });
    agent.start();
    agents.push(agent);
    return agent;
  }

  beforeAll(async () => {
    const { api } = bench.server;
    for (let number = 0; number < OLD; number += 1) startAgent(`old-${number}`, CONFIG('old.example'));
    for (let number = 0; number < NEW; number += 1) startAgent(`new-${number}`, CONFIG('new.example'));
    startAgent('silent', undefined);
    await api.putConfig('edge', { body: CONFIG('old.example') });
    await api.putConfig('base', { body: CONFIG('${drover:label.region}.gw') });
    await api.putConfig('site', { body: 'exporters: {otlp/gateway: {timeout: 5s}}\n' });
    await eventually('everybody is searched', async () => {
      const { agents: counts } = await api.search({ q: 'receiver:otlp' });
      return counts?.searched === OLD + NEW && counts.notReported === 1;
    });
  });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
  });

  const uidOf = async (runs: string) =>
    (await bench.server.api.listAgents({ runs, limit: 1 })).items[0]?.instanceUid ?? '';
  const search = (q: string) => `/search?q=${encodeURIComponent(q)}`;

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: axe finds nothing on any page in its states, and nothing overflows`, async () => {
        const ui = await bench.signedIn({ width, height: 900, colorScheme });
        const uid = await uidOf('exports:old.example');
        const found = await bench.judgedPages(ui, [
          ['empty', '/search', 'Search syntax'],
          ['found', search('exports:old.example'), 'r1'],
          ['nothing', search('exports:nowhere.example'), 'Nothing found'],
          ['wrong', search('otlp exporter:'), 'needs a value'],
          ['would run, cannot', `/agents/${uid}/would-run?stack=base,site`, 'no label "region"'],
          ['would run', `/agents/${uid}/would-run?stack=edge@1,site`, 'configurations merged'],
        ]);
        expect(found).toEqual([]);
        await ui.context.close();
      });
    }
  }

  test('by keyboard alone one gets from the fleet to the agents that still send somewhere', async () => {
    const { page, context, complaints } = await bench.signedIn();
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    await goByKeys(page, 'gs', '/search');
    const line = page.getByRole('searchbox', { name: 'Search in configurations and what agents run' });
    await line.waitFor();
    await page.keyboard.press('/');
    await eventually('the search has the focus', () =>
      line.evaluate((input) => input === input.ownerDocument.activeElement),
    );
    await page.keyboard.type('exports:old.example');
    const answer = page.getByRole('status').filter({ hasText: `${OLD} agents` });
    await answer.waitFor();
    expect(await answer.textContent()).toContain(`of ${OLD + NEW} run it; 1 never reported`);
    await page.waitForURL((url) => url.searchParams.get('q') === 'exports:old.example');
    const contents = page.getByRole('region', { name: 'What agents run' });
    // A slow hand has asked for a part of it first, whose answer stands until that of the whole is there.
    await eventually('the whole address is marked', async () => {
      const marked = await contents.locator('mark').allTextContents();
      return marked.length === 1 && marked[0] === 'old.example';
    });
    expect(await page.content()).not.toContain('hunter2');
    const all = answer.getByRole('link');
    await eventually('the way to the agents has the focus', async () => {
      await page.keyboard.press('Tab');
      return all.evaluate((link) => link === link.ownerDocument.activeElement);
    });
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Runs: exports:old.example ×' }).waitFor();
    await page.getByText(`${OLD} of ${OLD + NEW + 1} agents`).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('nothing moves when an answer comes: the syntax stands above it, and the place is kept', async () => {
    const { page, context } = await bench.signedIn();
    const answered = Promise.withResolvers<void>();
    await page.route('**/api/v1/search?*', async (route) => {
      await answered.promise;
      await route.continue();
    });
    await bench.open(page, search('exports:old.example'));
    const help = page.getByText('Search syntax');
    const terms = page.getByText('an address, anywhere');
    await page.locator('[data-placeholder]').waitFor({ state: 'attached' });
    const before = await help.boundingBox();
    const kept = await page.locator('[data-placeholder]').boundingBox();
    expect(await terms.isVisible(), 'closed where something is asked').toBe(false);
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    answered.resolve();
    const answer = page.getByRole('status').filter({ hasText: `${OLD} agents` });
    await answer.waitFor();
    expect(await help.boundingBox()).toEqual(before);
    expect((await answer.boundingBox())?.y).toBe(kept?.y);
    await help.click();
    await terms.waitFor();
    await context.close();
  });

  test('while a term is half written the answer before it stands', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, search('exports:old.example'));
    const answer = page.getByRole('status').filter({ hasText: `${OLD} agents` });
    await answer.waitFor();
    const line = page.getByRole('searchbox', { name: 'Search in configurations and what agents run' });
    await line.fill('exports:old.example key:');
    await page.getByRole('alert').getByText('needs a value').waitFor();
    expect(await answer.isVisible()).toBe(true);
    expect(await page.getByText('an address, anywhere').isVisible()).toBe(false);
    await line.fill('');
    await page.getByText('an address, anywhere').waitFor();
    await answer.waitFor({ state: 'detached' });
    await context.close();
  });

  test('the palette takes what was typed to the search, and a line found leads to its revision', async () => {
    const { page, context } = await bench.signedIn();
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Find an agent/ }).fill('old.example');
    await page.getByRole('option', { name: 'in configurations and what agents run' }).click();
    await page.getByRole('link', { name: 'edge, line 5' }).click();
    await page.waitForURL(
      (url) => url.pathname.endsWith('/configs/edge') && url.searchParams.get('line') === '5',
    );
    await page.getByRole('textbox', { name: 'Body of r1' }).waitFor();
    await eventually('the line is chosen', async () => {
      const chosen = await page.evaluate('window.getSelection().toString()');
      return String(chosen).includes('endpoint: old.example:4317');
    });
    await context.close();
  });

  test('counts are live, and an answer that is not whole says so', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, `${search('exports:late.example')}`);
    await page.getByText('No agent').first().waitFor();
    startAgent('late', CONFIG('late.example'));
    await page.getByRole('status').filter({ hasText: '1 agent' }).waitFor();
    await page.route('**/api/v1/search?*', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { agents: object };
      const agents = { ...answer.agents, notSearched: 12 };
      await route.fulfill({ response, json: { ...answer, agents, isTruncated: true } });
    });
    await page.reload();
    await page.getByText('The configuration of 12 agents was not searched').waitFor();
    await page.unroute('**/api/v1/search?*');
    await page.route('**/api/v1/search?*', (route) => route.fulfill({ status: 500, body: '' }));
    await page.reload();
    await page.getByRole('alert').getByText('The search failed').waitFor();
    await page.unroute('**/api/v1/search?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('status').filter({ hasText: '1 agent' }).waitFor();
    await context.close();
  });

  test('the preview of a rollout leads to what an agent would run, with origins and values', async () => {
    const uid = await uidOf('exports:new.example');
    await bench.server.api.patchAgent(uid, { labels: { region: 'eu' } });
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/rollouts/new?config=base&selector=region%3Deu');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('link', { name: 'would run' }).click();
    const isShown = (stack: string) =>
      page.waitForURL(
        ({ pathname, searchParams }) =>
          pathname.endsWith(`/agents/${uid}/would-run`) && searchParams.get('stack') === stack,
      );
    await isShown('base@1');
    await page.getByText('eu.gw:4317').first().waitFor();
    await page.getByLabel('Add a configuration').selectOption('site');
    await isShown('base@1,site');
    const lines = page.getByRole('region', { name: 'What it would run' });
    const timeout = lines.getByRole('listitem').filter({ hasText: 'timeout: 5s' });
    await timeout.waitFor();
    expect(await timeout.textContent()).toContain('site');
    await page.getByText('all of this would be new').waitFor();
    expect((await bench.server.api.getAgent(uid)).remoteConfig.desired).toBeNull();
    await bench.open(page, `/agents/${uid}?tab=configuration`);
    await page.getByRole('link', { name: 'Preview a change…' }).click();
    await page.getByText('No configuration selected').waitFor();
    await context.close();
  });

  test('what happens between the first answer and the stream of live events is not missed', async () => {
    const { page, context } = await bench.signedIn();
    const seen = Promise.withResolvers<void>();
    await page.route('**/api/v1/events*', async (route) => {
      await seen.promise;
      await route.continue();
    });
    await bench.open(page, search('exports:early.example'));
    await page.getByText('No agent').first().waitFor();
    startAgent('early', CONFIG('early.example'));
    await eventually('the agent is known', async () => (await uidOf('exports:early.example')) !== '');
    seen.resolve();
    await page.getByRole('status').filter({ hasText: '1 agent' }).waitFor();
    await context.close();
  });
});
