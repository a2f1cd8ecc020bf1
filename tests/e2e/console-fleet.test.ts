import { beforeAll, expect, test } from 'vitest';
import type { WatchedPage } from './support/browser.ts';
import { consoleBench, judged } from './support/console-bench.ts';
import { switchColorScheme } from './support/console-page.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 120;
const PROD = 40;
/** So many more that the table's first page is far from its last. */
const MORE = 1_200;

describeWithBrowser('the fleet, in the console', () => {
  const bench = consoleBench('console-fleet');
  let ui: WatchedPage;

  beforeAll(async () => {
    bench.simulate(AGENTS);
    const { api } = bench.server;
    await eventually(
      'everybody is there',
      async () => (await api.stats({ selector: 'os.type' })).total === AGENTS,
    );
    const { items } = await api.listAgents({ limit: AGENTS });
    for (const [at, { instanceUid }] of items.entries()) {
      const env = at < PROD ? 'prod' : at < PROD + 10 ? 'pre prod' : undefined;
      if (env !== undefined) await api.patchAgent(instanceUid, { labels: { env } });
    }
    ui = await bench.signedIn();
  });

  const line = () => ui.page.getByRole('combobox', { name: 'Search the fleet' });
  const option = (name: RegExp) => ui.page.getByRole('option', { name });

  test('a selector is written by keyboard alone: key, operator and value are offered', async () => {
    const { page } = ui;
    await page.locator('[data-row-link]').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('en');
    await option(/^env\b.*50 agents/).waitFor();
    // What was typed narrows the table too: rows of before are paler until those that match are there.
    await page.waitForURL('**/agents?q=en');
    await page.locator('[aria-busy="false"]').getByRole('table', { name: 'Agents' }).waitFor();
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    expect(await judged(ui, 'keys are offered')).toEqual([]);
    await page.keyboard.press('ArrowDown');
    expect(await line().getAttribute('aria-activedescendant')).toMatch(/-0$/);
    await page.keyboard.press('Enter');
    await option(/^notin \(/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    expect(await line().inputValue()).toBe('env=');
    await page.keyboard.type('pre');
    await option(/^pre prod.*10 agents/).waitFor();
    await option(/^prod/).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await line().inputValue()).toBe('env="pre prod"');
    await page.getByText(`10 of ${AGENTS} agents`).waitFor();
    expect(await line().getAttribute('aria-expanded')).toBe('false');
  });

  test('values of a list are chosen with the pointer, and Escape closes before it clears', async () => {
    const { page } = ui;
    await line().fill('env in (');
    await option(/^prod/).click();
    await option(/^, /).click();
    await option(/^pre prod/).click();
    await option(/^\)/).click();
    expect(await line().inputValue()).toBe('env in (prod,"pre prod")');
    await page.getByText(`50 of ${AGENTS} agents`).waitFor();
    await line().fill('env=prod,');
    await option(/./).first().waitFor();
    await page.keyboard.press('Escape');
    expect(await line().inputValue()).toBe('env=prod,');
    await page.keyboard.press('Escape');
    expect(await line().inputValue()).toBe('');
  });

  test('words stay words: Enter searches for what was typed, whatever is offered', async () => {
    const { page } = ui;
    await line().fill('linux');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/agents?q=linux');
    await line().fill('env:prod');
    await page.getByRole('button', { name: 'Search for env=prod' }).click();
    await page.getByText(`${PROD} of ${AGENTS} agents`).waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByText(`${AGENTS} agents`, { exact: true }).waitFor();
  });

  test('a selector with a usual slip says what to write instead, and a press writes it', async () => {
    const { page } = ui;
    const fault = page.getByRole('alert');
    await line().fill('os.type && env==prod');
    await fault.getByText('write "," instead of "&&" (column 9)').waitFor();
    // What was listed before stays, and is no answer.
    await page.locator('[data-row-link]').first().waitFor();
    await fault.getByRole('button', { name: 'Search for os.type, env=prod' }).click();
    await page.getByText(`${PROD} of ${AGENTS} agents`).waitFor();
    expect(await line().inputValue()).toBe('os.type, env=prod');
    expect(
      await page.getByRole('combobox', { name: 'Search the fleet' }).and(page.locator(':focus')).count(),
    ).toBe(1);

    for (const address of ['/agents?q=env%3D%3Dprod', '/agents?q=env%3D%3Dprod&by=os.type']) {
      await bench.open(page, address);
      await page.getByRole('heading', { name: 'Selector syntax' }).waitFor();
      expect(await judged(ui, address)).toEqual([]);
    }
    await page.getByRole('button', { name: 'os.type=linux', exact: true }).click();
    await page.getByRole('table', { name: 'Groups by os.type' }).getByText('linux').waitFor();
    await bench.open(page, '/agents');
    await page.getByText(`${AGENTS} agents`, { exact: true }).waitFor();
  });

  test('a long host shows both its ends, says all of itself, and opens its agent by a press', async () => {
    const { page } = ui;
    const [agent] = (await bench.server.api.listAgents({ sort: 'name', limit: 1 })).items;
    const name = agent?.hostName ?? '';
    const cell = page.getByRole('row').nth(1).getByRole('cell', { name, exact: true });
    const host = cell.getByTitle(name, { exact: true });
    await host.waitFor();
    const [right, end] = await host.evaluate((element) => {
      const { parentElement, lastElementChild } = element as unknown as Record<
        'parentElement' | 'lastElementChild',
        { getBoundingClientRect(): { right: number }; textContent: string }
      >;
      return [parentElement.getBoundingClientRect().right, lastElementChild.getBoundingClientRect().right];
    });
    expect(end, 'its end is not cut').toBeLessThanOrEqual(right ?? 0);
    expect(await host.locator('> :last-child').textContent()).toBe(name.slice(-9));
    await host.click();
    await page.waitForURL(`**/agents/${agent?.instanceUid}`);
    await page.goBack();
    await page.locator('[data-row-link]').first().waitFor();
  });

  test('columns are chosen, stand in the address and are remembered', async () => {
    const { page } = ui;
    const header = (name: string) => page.getByRole('columnheader', { name });
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('Add a label or an attribute').fill('env');
    await page.getByRole('button', { name: /^env label/ }).click();
    await page.getByRole('checkbox', { name: 'Configuration' }).click();
    await page.getByLabel('Add a label or an attribute').fill('region');
    await page.getByRole('button', { name: /^cloud\.region/ }).click();
    await header('cloud.region').waitFor();
    await header('env').waitFor();
    expect(await judged(ui, 'columns')).toEqual([]);
    await page.getByRole('button', { name: 'Move Name to the left' }).click();
    await page.waitForURL('**/agents?cols=name,state,attr:cloud.region,label:env,*');
    expect(await header('Configuration').count()).toBe(0);
    const cells = page.getByRole('row').nth(1).getByRole('cell');
    expect(await cells.nth(2).textContent()).toMatch(/\w/);
    await page.keyboard.press('Escape');

    await bench.open(page, '/agents');
    await page.waitForURL('**/agents?cols=name,*');
    await header('cloud.region').waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('button', { name: 'Reset' }).click();
    await header('Configuration').waitFor();
    await page.keyboard.press('Escape');
    await bench.open(page, '/agents');
    await page.locator('[data-row-link]').first().waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  test('agents stand in groups, and a group leads to its agents', async () => {
    const { page } = ui;
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('button', { name: /^env label/ }).click();
    const table = page.getByRole('table', { name: 'Groups by env' });
    await table.getByText('Without env').waitFor();
    const rows = await table.getByRole('row').allTextContents();
    expect(rows.slice(1).map((row) => /^(\D+)(\d\d)/.exec(row)?.slice(1, 3))).toEqual([
      ['prod', String(PROD)],
      ['pre prod', '10'],
      ['Without env', String(AGENTS - PROD - 10)],
    ]);
    for (const scheme of ['light', 'dark'] as const) {
      await switchColorScheme(page, scheme);
      expect(await judged(ui, `groups, ${scheme}`)).toEqual([]);
    }
    await table.getByRole('link', { name: 'Without env' }).click();
    await page.getByText(`${AGENTS - PROD - 10} of ${AGENTS} agents`).waitFor();
    expect(await line().inputValue()).toBe('!label:env');
    await page.goBack();
    await table.getByRole('link', { name: 'pre prod' }).click();
    await page.getByText(`10 of ${AGENTS} agents`).waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
  });

  test('whole groups are selected, with the same acts; what no selector finds together is said', async () => {
    const { page } = ui;
    const { api } = bench.server;
    const none = AGENTS - PROD - 10;
    const dock = page.getByRole('region', { name: 'Selected agents' });
    const box = (name: string) => page.getByRole('checkbox', { name });
    await bench.open(page, '/agents?by=env');
    await box(`Select ${PROD} agents of env prod`).click();
    await dock.getByText(`${PROD} agents selected`).waitFor();
    await box('Select 10 agents of env pre prod').click();
    await dock.getByText('50 agents selected').waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await switchColorScheme(page, scheme);
      expect(await judged(ui, `selected groups, ${scheme}`)).toEqual([]);
    }
    await dock.getByRole('button', { name: 'Label' }).click();
    await page.getByRole('dialog').getByLabel('Set').fill('site=one');
    await page.getByRole('button', { name: 'Label 50 agents' }).click();
    await dock.getByText('Labels changed on 50 agents').waitFor();
    expect((await api.stats({ selector: 'site=one' })).total).toBe(50);
    expect((await api.stats({ selector: 'site=one,env in (prod,"pre prod")' })).total).toBe(50);

    await box(`Select ${none} agents without env`).click();
    await dock.getByText('No selector finds agents without env').waitFor();
    expect(await dock.getByRole('button', { name: 'Label' }).count()).toBe(0);
    expect(await judged(ui, 'groups that no selector finds together')).toEqual([]);
    // All that match are found by no selector of groups at all.
    await dock.getByRole('button', { name: `all ${AGENTS} that match` }).click();
    await dock.getByRole('button', { name: 'Label' }).waitFor();
    await box('Select all groups').click();
    await dock.getByText('agents selected').waitFor({ state: 'detached' });
    await box('Select all groups').click();
    await dock.getByText(`${AGENTS} agents selected`).waitFor();
    await box(`Select ${none} agents without env`).click();
    await box('Select 10 agents of env pre prod').click();
    await dock.getByText(`${PROD} agents selected`).waitFor();
    await dock.getByRole('link', { name: 'Roll out' }).click();
    await page.waitForURL('**/rollouts/new?*');
    expect(new URL(page.url()).searchParams.get('selector')).toBe('env,env notin ("pre prod")');

    // Another grouping is another question: nobody is selected there.
    await bench.open(page, '/agents?by=env');
    await page.getByRole('table', { name: 'Groups by env' }).getByText('Without env').waitFor();
    await page.keyboard.press('j');
    await page.locator('[data-index="0"] a:focus').waitFor();
    await page.keyboard.press('x');
    await dock.getByText(`${PROD} agents selected`).waitFor();
    await page.getByRole('button', { name: 'By env' }).click();
    await page.getByRole('list', { name: 'Group by' }).getByRole('button', { name: 'Version' }).click();
    await page.getByRole('table', { name: 'Groups by Version' }).waitFor();
    await dock.getByText('agents selected').waitFor({ state: 'detached' });
    await bench.open(page, '/agents');
    await page.getByText(`${AGENTS} agents`, { exact: true }).waitFor();
  });

  test('what the page shows is saved as a view, for everybody, and deleted again', async () => {
    const { page } = ui;
    const tab = (of: WatchedPage, name: string) =>
      of.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true });
    const colleague = await bench.signedIn();
    await bench.open(page, '/agents?cols=name,label:env&q=env%3Dprod&sort=-name');
    await page.getByText(`${PROD} of ${AGENTS} agents`).waitFor();
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Production “hosts”');
    expect(await judged(ui, 'saving a view')).toEqual([]);
    await page.keyboard.press('Enter');
    await tab(ui, 'Production “hosts”').waitFor();
    expect(await tab(ui, 'Production “hosts”').getAttribute('aria-current')).toBe('true');

    // Another operator's page hears of it.
    await tab(colleague, 'Production “hosts”').click();
    await colleague.page.waitForURL('**/agents?q=env=prod&cols=name,label:env&sort=-name');
    await colleague.page.getByText(`${PROD} of ${AGENTS} agents`).waitFor();
    const headers = await colleague.page.getByRole('columnheader').allTextContents();
    expect(headers.filter((header) => header !== '')).toEqual(['Name', 'env']);
    await tab(colleague, 'All').click();
    await colleague.page.getByText(`${AGENTS} agents`, { exact: true }).waitFor();
    expect(await judged(colleague, 'views')).toEqual([]);
    await colleague.context.close();

    await page.getByRole('button', { name: /^Healthy|\d+ ?Healthy/ }).click();
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByText('Replaces the view of this name').waitFor();
    await page.getByRole('button', { name: 'Replace view' }).click();
    await eventually('the view is another', async () => {
      const [view] = (await bench.server.api.listViews()).items;
      return view?.filter.health?.join() === 'healthy' && view.filter.selector === 'env=prod';
    });
    await page.getByRole('button', { name: 'Delete view' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete view' }).click();
    await tab(ui, 'Production “hosts”').waitFor({ state: 'detached' });
    expect((await bench.server.api.listViews()).total).toBe(0);
  });

  test('on a phone agents are on the first screen, zeros behind a button, groups are cards', async () => {
    const phone = await bench.signedIn({ width: 390, height: 844 });
    const agent = phone.page.locator('[data-index="1"]');
    await agent.waitFor();
    const stale = phone.page.getByRole('button', { name: '0 Stale' });
    await phone.page.getByRole('button', { name: /^\d+ at zero$/ }).waitFor();
    expect(await stale.isVisible()).toBe(false);
    const bar = await phone.page.getByRole('navigation', { name: 'Main' }).boundingBox();
    const second = await agent.boundingBox();
    expect((second?.y ?? 844) + (second?.height ?? 0)).toBeLessThan(bar?.y ?? 0);
    expect(await judged(phone, 'the fleet on a phone')).toEqual([]);
    await phone.page.getByRole('button', { name: /^\d+ at zero$/ }).click();
    await stale.click();
    await phone.page.getByText('No agent matches').waitFor();
    await phone.page.getByRole('button', { name: 'Hide zeros' }).click();
    expect(await stale.isVisible(), 'what is chosen stays').toBe(true);
    expect(await judged(phone, 'zeros on a phone')).toEqual([]);
    await bench.open(phone.page, '/agents?by=os.type');
    await phone.page.getByRole('link', { name: 'linux' }).waitFor();
    expect(await judged(phone, 'groups on a phone')).toEqual([]);
    await phone.page.getByRole('checkbox', { name: /agents of os\.type linux$/ }).click();
    await phone.page.getByRole('region', { name: 'Selected agents' }).getByText('agents selected').waitFor();
    expect(await judged(phone, 'a selected group on a phone')).toEqual([]);
    await phone.context.close();
  });

  test('the end of the table says that more is on its way while it is, and at no other time', async () => {
    const { page } = ui;
    const loading = page.getByRole('status', { name: 'Loading' });
    await bench.open(page, '/agents');
    await page.getByText(`${AGENTS} agents`, { exact: true }).waitFor();
    await page.locator('[data-row-link]').first().waitFor();
    await eventually('nothing loads', async () => (await loading.count()) === 0);
    let answer = (): void => {};
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/\/agents\?.*cursor=/, async (route) => {
      await isAnswered;
      await route.continue();
    });
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await loading.waitFor({ state: 'attached' });
    answer();
    await loading.waitFor({ state: 'detached' });
    await eventually('the last row is there', async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      return (await page.locator(`[data-index="${AGENTS - 1}"]`).count()) > 0;
    });
    await page.unroute(/\/agents\?.*cursor=/);
  });

  test('rows and counts are asked for while the code of the page is still on its way', async () => {
    const { page } = ui;
    let deliver = (): void => {};
    const isDelivered = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    await page.route(/\/fleet-page-[^/]*\.js$/, async (route) => {
      await isDelivered;
      await route.continue();
    });
    const asked: string[] = [];
    const onRequest = (request: { url(): string }) => {
      const { pathname, search } = new URL(request.url());
      if (/\/api\/v1\/(agents|stats)$/.test(pathname)) asked.push(`${pathname.split('/').at(-1)}${search}`);
    };
    page.on('request', onRequest);
    const isAsked = [/\/agents\?.*q=a/, /\/stats\?.*q=a/].map((url) => page.waitForRequest(url));
    await bench.open(page, '/agents?q=a&cols=name,attr:os.type');
    await Promise.all(isAsked);
    expect(await page.locator('[data-row-link]').count()).toBe(0);
    deliver();
    await page.locator('[data-row-link]').first().waitFor();
    expect(asked.filter((each) => each.includes('q=a')).toSorted()).toEqual([
      'agents?q=a&limit=100&sort=name&attributes=os.type',
      'stats?q=a',
    ]);
    page.off('request', onRequest);
    await page.unroute(/\/fleet-page-[^/]*\.js$/);
  });

  test('what a time is exactly stands beside the pointer that rests on it, until Escape', async () => {
    const { page } = ui;
    await bench.open(page, '/agents');
    const hint = page.getByRole('tooltip');
    await page.locator('[data-index="2"] time').hover();
    await hint.getByText(/^\d+ \w+ \d{4}, \d\d:\d\d:\d\d/).waitFor();
    expect(await judged(ui, 'a hint')).toEqual([]);
    await page.keyboard.press('Escape');
    await hint.waitFor({ state: 'detached' });
    await page.locator('[data-index="3"] time').hover();
    await hint.waitFor();
    await page.mouse.wheel(0, 200);
    await hint.waitFor({ state: 'detached' });
    await page.mouse.move(1, 1);
  });

  test('a long way down the table, what is far is let go and comes back in its place', async () => {
    const { page } = ui;
    bench.simulate(MORE, ['--first', String(AGENTS)]);
    await eventually(
      'all of them are there',
      async () => (await bench.server.api.stats({ selector: 'os.type' })).total === AGENTS + MORE,
    );
    await bench.open(page, '/agents');
    const rows = page.locator('[data-index] [data-row-link]');
    await rows.first().waitFor();
    const uidsInView = () => rows.evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    const first = (await uidsInView()).slice(0, 20);
    await eventually('the last row is there', async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      return (await page.locator(`[data-index="${AGENTS + MORE - 1}"]`).count()) > 0;
    });
    const uid = first[0]?.split('/').at(-1) ?? '';
    const readAgain = page.waitForRequest((request) => {
      const selector = new URL(request.url()).searchParams.get('selector') ?? '';
      return selector.startsWith('instanceUid in (') && selector.includes(uid);
    });
    await page.evaluate('scrollTo(0, 0)');
    await readAgain;
    await page
      .locator('[data-index="0"]')
      .getByText(/Connected/)
      .waitFor();
    expect((await uidsInView()).slice(0, 20)).toEqual(first);
  });

  test('the rollout wizard completes selectors too', async () => {
    const { page } = ui;
    await bench.server.api.putConfig('edge', { body: 'receivers: {}\n' });
    await bench.open(page, '/rollouts/new?config=edge');
    await page.getByRole('radio', { name: 'Agents matching a selector' }).click();
    const field = page.getByRole('combobox', { name: 'Selector' });
    await field.fill('env=p');
    await option(/^prod/).click();
    expect(await field.inputValue()).toBe('env=prod');
    await page.getByText(`${PROD} agents match`).waitFor();
    expect(await judged(ui, 'wizard')).toEqual([]);
    expect(ui.complaints.filter((complaint) => !complaint.includes('400'))).toEqual([]);
  });
});
