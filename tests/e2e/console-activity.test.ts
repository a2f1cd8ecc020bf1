import { beforeAll, expect, test } from 'vitest';
import { consoleBench, goByKeys } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 12;
const BODY = 'receivers: {nop: }\nexporters: {nop: }\n';

describeWithBrowser('activity and settings, in the console', () => {
  const bench = consoleBench('console-activity', { env: { DROVER_AGENTS_EVENTS_KEPT: '150' } });

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--seed', '5']);
    await eventually('all agents are there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: BODY, message: 'the first try, لوحة 🚀' });
    await api.putSecret('backend-key', { value: 'hunter2-hunter2' });
    await api.createEnrolmentToken({ name: 'site-oslo' });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('the rollout is over', async () => (await api.getRollout(id)).state === 'succeeded');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: axe finds nothing, and nothing overflows`, async () => {
        const ui = await bench.signedIn({ width, height: 900, colorScheme });
        const found = await bench.judgedPages(ui, [
          ['activity', '/activity', 'Revision saved'],
          ['activity, none', '/activity?q=nothing-of-this', 'Nothing matches these filters'],
          ['activity of one', '/activity?subject=config:edge', 'Only config:edge'],
          ['events', '/activity?tab=agents', 'Configuration applied'],
          ['events, wrong selector', '/activity?tab=agents&selector=a%3Db%3D', 'could not be loaded'],
          ['server', '/settings', 'Event loop delay'],
          ['settings', '/settings?tab=settings', 'opamp.maxMessageBytes'],
          ['access', '/settings?tab=access', 'Log in on the command line'],
          ['schemas', '/settings?tab=schemas', 'bundled with the server'],
        ]);
        if (width === 390) {
          await ui.page.getByRole('button', { name: 'More' }).click();
          await ui.page.getByRole('menuitem', { name: 'Activity' }).waitFor();
          await ui.page.getByRole('menuitem', { name: 'Settings' }).click();
          await ui.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
        }
        expect(found).toEqual([]);
        expect(ui.complaints.filter((each) => !each.includes('400'))).toEqual([]);
        await ui.context.close();
      });
    }
  }

  test('filters are in the address, lead back, and an entry leads to what it is about', async () => {
    const { page, context } = await bench.signedIn();
    await goByKeys(page, 'ga', '/activity');
    const entries = page.getByRole('list', { name: 'Activity' }).getByRole('listitem');
    await page.getByLabel('What', { exact: true }).selectOption('Configurations');
    await page.waitForURL((url) => url.searchParams.get('kind') === 'config');
    await eventually('so many entries', async () => (await entries.count()) === 1);
    await page.getByLabel('Who', { exact: true }).selectOption('The server itself');
    await page.getByText('Nothing matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByLabel('Search the activity').fill('first try');
    await page.waitForURL((url) => url.searchParams.get('q') === 'first try');
    await eventually('so many entries', async () => (await entries.count()) === 1);
    expect(await entries.first().textContent()).toMatch(/Revision saved.*edge.*first try.*by admin from/);
    await entries.first().getByRole('link', { name: 'edge' }).click();
    await page.waitForURL('**/configs/edge');
    await page.goBack();
    await eventually('so many entries', async () => (await entries.count()) === 1);
    await context.close();
  });

  test('what is new waits behind a button, so that nothing moves', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/activity?kind=config');
    const entries = page.getByRole('list', { name: 'Activity' }).getByRole('listitem');
    await eventually('so many entries', async () => (await entries.count()) === 1);
    await bench.server.api.putConfig('later', { body: BODY });
    const pill = page.getByRole('button', { name: '1 new' });
    await pill.waitFor();
    expect(await entries.count()).toBe(1);
    await pill.click();
    await eventually('so many entries', async () => (await entries.count()) === 2);
    expect(await entries.first().textContent()).toContain('later');
    await pill.waitFor({ state: 'detached' });
    await context.close();
  });

  test('the export has all that the filters leave', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/activity?subject=config:edge');
    await page.getByText('Only config:edge').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /^CSV/ }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe('drover-activity.csv');
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().trimEnd().split('\r\n');
    const { total } = await bench.server.api.listActivity({ subject: 'config:edge' });
    expect(lines).toHaveLength(total + 1);
    expect(lines[1]).toContain('config.written,config,edge');
    await context.close();
  });

  test('events of agents are narrowed by kind and selector, and lead to the agent', async () => {
    const { page, context } = await bench.signedIn();
    const [agent] = (await bench.server.api.listAgents({ limit: 1 })).items;
    await bench.open(page, '/activity?tab=agents');
    const events = page.getByRole('list', { name: 'Agent events' }).getByRole('listitem');
    await page.getByLabel('What', { exact: true }).selectOption('First seen');
    await eventually('so many entries', async () => (await events.count()) === AGENTS);
    await page.getByLabel('Agents, by selector').fill(`instanceUid=${agent?.instanceUid}`);
    await eventually('so many entries', async () => (await events.count()) === 1);
    await events.first().getByRole('link').click();
    await page.waitForURL(`**/agents/${agent?.instanceUid}`);
    await context.close();
  });

  test('settings say where they come from and show no secret', async () => {
    const { page, context } = await bench.signedIn();
    await goByKeys(page, 'g,', '/settings');
    await page.getByText('SQLite, embedded').waitFor();
    await page.getByRole('tab', { name: 'Settings', exact: true }).click();
    await page.getByLabel(/changed from the default/).check();
    await page.waitForURL((url) => url.searchParams.get('set') === 'only');
    const row = page.getByRole('listitem').filter({ hasText: 'agents.eventsKept' });
    expect(await row.textContent()).toContain('150From environment variable DROVER_AGENTS_EVENTS_KEPT');
    expect(await page.locator('main').textContent()).not.toContain('opamp.maxMessageBytes');
    await page.getByLabel(/changed from the default/).uncheck();
    await page.getByLabel('Search the settings').fill('adminToken');
    await page.getByText('auth.adminToken').waitFor();
    expect(await page.locator('main').textContent()).not.toContain(bench.server.token);
    await context.close();
  });
});
