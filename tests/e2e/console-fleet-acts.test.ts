import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchedPage } from './support/browser.ts';
import { consoleBench } from './support/console-bench.ts';
import { axeFindings, overflowPx } from './support/console-page.ts';
import { eventually, Program } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

/** More than a page of the list holds. */
const SIMULATED = 140;
/** Agents whose restarts are counted here. */
const OWN = 3;
const AGENTS = SIMULATED + OWN;

const OWN_ONLY = '/agents?q=service.name%3Drestartable';
const LATER_ROW = 120;

/** The list has more pages than are loaded, and says so at its end: what is judged is not that nothing loads. */
async function judged({ page }: WatchedPage, name: string): Promise<string[]> {
  const found = (await axeFindings(page)).map((finding) => `${name}: ${finding}`);
  const tooWide = await overflowPx(page);
  return tooWide > 0 ? [...found, `${name}: ${tooWide} px wider than the window`] : found;
}

describeWithBrowser('acts on many agents in the console', () => {
  const bench = consoleBench('console-fleet-acts');
  let agents: OpampClient[] = [];
  const restarts: string[] = [];

  beforeAll(async () => {
    const { server } = bench;
    bench.simulate(SIMULATED);
    agents = Array.from({ length: OWN }, () => {
      const agent = createOpampClient({
        url: server.opampUrl,
        stateStore: memoryStateStore(),
        description: { identifying: { 'service.name': 'restartable' } },
        capabilities: ['ReportsStatus', 'AcceptsRestartCommand', 'ReportsHeartbeat'],
        onRestartCommand: () => {
          restarts.push(agent.instanceUid);
        },
      });
      agent.start();
      return agent;
    });
    await eventually('all are there', async () => (await server.api.stats()).state.connected === AGENTS);
  });
  afterAll(async () => {
    for (const agent of agents) await agent.stop();
  });

  const dock = (page: Page) => page.getByRole('region', { name: 'Selected agents' });
  const rowBoxes = (page: Page) => page.getByRole('checkbox', { name: /^Select .* …[0-9a-f]{4}$/ });
  const act = (page: Page, name: string) => dock(page).getByRole('button', { name, exact: true }).click();
  const saysChosen = (page: Page, words: string) => dock(page).getByText(`${words} selected`).waitFor();
  const tableIsThere = (page: Page) => page.getByRole('table', { name: 'Agents' }).waitFor();

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const ui = await bench.signedIn({ width, colorScheme });
      const { page } = ui;
      await tableIsThere(page);
      const found: string[] = [];
      await rowBoxes(page).first().click();
      await saysChosen(page, '1 agent');
      await page.getByRole('button', { name: `All ${AGENTS} that match` }).click();
      await saysChosen(page, `${AGENTS} agents`);
      found.push(...(await judged(ui, 'all are chosen')));
      for (const [name, word] of [
        ['Label', 'Other labels are kept'],
        ['Restart', 'asked to restart'],
        ['Forget', `Type ${AGENTS} to forget`],
      ] as const) {
        await act(page, name);
        const dialog = page.getByRole('dialog');
        if (name === 'Label') await dialog.getByLabel('Set').fill('team=core');
        await dialog.getByText(word).waitFor();
        found.push(...(await judged(ui, name)));
        await dialog.getByRole('button', { name: 'Cancel' }).click();
        await dialog.waitFor({ state: 'detached' });
      }
      expect(found).toEqual([]);
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
    });
  }

  test('agents are chosen one by one, by ranges, by keyboard, and all that match but some; scrolling loses none', async () => {
    const { page, context } = await bench.signedIn();
    await tableIsThere(page);
    await rowBoxes(page).nth(1).click();
    await rowBoxes(page)
      .nth(4)
      .click({ modifiers: ['Shift'] });
    await saysChosen(page, '4 agents');
    await page.keyboard.press('Escape');
    await eventually('nobody is chosen', async () => (await page.getByText('agents selected').count()) === 0);

    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await saysChosen(page, '1 agent');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await saysChosen(page, '3 agents');

    const header = page.getByRole('checkbox', { name: /listed so far$/ });
    expect(await header.evaluate((box) => (box as unknown as { indeterminate: boolean }).indeterminate)).toBe(
      true,
    );
    await header.click();
    await saysChosen(page, '100 agents');
    await page.getByRole('button', { name: `All ${AGENTS} that match` }).click();
    await saysChosen(page, `${AGENTS} agents`);
    await rowBoxes(page).first().click();
    await saysChosen(page, `${AGENTS - 1} agents`);
    const later = page.locator(`[data-index="${LATER_ROW}"]`);
    await eventually('a row of the second page is there', async () => {
      await page.mouse.wheel(0, 2000);
      return (await later.count()) > 0;
    });
    expect(
      await later.getByRole('checkbox').isChecked(),
      'one that was not loaded when all were chosen',
    ).toBe(true);
    await page.evaluate('window.scrollTo(0, 0)');
    await page.locator('[data-index="0"]').waitFor();
    expect(await rowBoxes(page).first().isChecked()).toBe(false);
    await saysChosen(page, `${AGENTS - 1} agents`);
    // All that match is all that match something: under another filter it is nobody.
    await page.getByRole('combobox', { name: 'Search the fleet' }).fill('restartable');
    await page.getByText(`${OWN} of ${AGENTS} agents`).waitFor();
    await eventually('nobody is chosen', async () => (await page.getByText('agents selected').count()) === 0);
    await context.close();
  });

  test('labels are set for all that match but one, with the number in the button, and are there for selectors', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, OWN_ONLY);
    await page.getByText(`${OWN} of ${AGENTS} agents`).waitFor();
    await page.getByRole('checkbox', { name: /listed so far$/ }).click();
    await rowBoxes(page).first().click();
    await act(page, 'Label');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Set').fill('team=');
    await dialog.getByLabel('Set').fill('team=core, no key=x');
    await dialog.getByText('is not a valid label key').waitFor();
    await dialog.getByLabel('Set').fill('team=core');
    await dialog.getByText(`${OWN - 1} agents will get team=core`).waitFor();
    expect((await bench.server.api.listAgents({ selector: 'team=core' })).total, 'nothing yet').toBe(0);
    await page.keyboard.press('Enter');
    await dock(page)
      .getByText(`Labels changed on ${OWN - 1} agents`)
      .waitFor();
    expect((await bench.server.api.listAgents({ selector: 'team=core' })).total).toBe(OWN - 1);
    await page.getByText('team=core').first().waitFor();
    // The same once more changes nothing.
    await act(page, 'Label');
    await dialog.getByLabel('Set').fill('team=core');
    await dialog.getByText('Nothing to change').waitFor();
    expect(await dialog.getByRole('button', { name: /^Label \d/ }).isDisabled()).toBe(true);
    await context.close();
  });

  test('restarts go out at the rate that was asked for, and can be stopped', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, OWN_ONLY);
    await page.getByText(`${OWN} of ${AGENTS} agents`).waitFor();
    await page.getByRole('checkbox', { name: /listed so far$/ }).click();
    await act(page, 'Restart');
    await page.getByLabel('Agents per second').fill('0.01');
    await page.getByRole('dialog').getByText('the last one after').waitFor();
    await page.getByRole('button', { name: `Restart ${OWN} agents` }).click();
    await page.getByText(`Restarting: 1 of ${OWN} agents asked`).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(`Restart stopped: 1 of ${OWN} agents asked`).waitFor();
    await eventually('one was asked', async () => restarts.length === 1);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await act(page, 'Restart');
    await page.getByRole('button', { name: `Restart ${OWN} agents` }).click();
    await eventually('all were asked', async () => restarts.length === 1 + OWN);
    const [event] = (await bench.server.api.agentEvents(agents[0]?.instanceUid ?? '')).items.filter(
      ({ kind }) => kind === 'restart_asked',
    );
    expect(event).toMatchObject({ data: { author: 'admin' } });
    await context.close();
  });

  test('a rollout is prepared for those that were picked', async () => {
    const { page, context } = await bench.signedIn();
    await bench.server.api.putConfig('edge', { body: 'receivers: {}\n' });
    await bench.open(page, OWN_ONLY);
    await page.getByText(`${OWN} of ${AGENTS} agents`).waitFor();
    await rowBoxes(page).first().click();
    await rowBoxes(page).nth(1).click();
    await dock(page).getByRole('link', { name: 'Roll out' }).click();
    await page.getByText('2 agents match').waitFor();
    expect(await page.getByLabel('Selector', { exact: true }).inputValue()).toMatch(/^instanceUid in \(/);
    await context.close();
  });

  test('the list is exported as it is narrowed, sorted and shown', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, `${OWN_ONLY}&sort=-name`);
    await page.getByText(`${OWN} of ${AGENTS} agents`).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV, shown columns' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^agents-.*\.csv$/);
    const [head, ...lines] = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(head).toContain('instanceUid,state,displayName,health');
    const listed = (
      await bench.server.api.listAgents({ selector: 'service.name=restartable', sort: '-name' })
    ).items;
    expect(lines.map((line) => line.split(',')[0])).toEqual(listed.map(({ instanceUid }) => instanceUid));
    await context.close();
  });

  test('many are forgotten only when their number was typed', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/agents?q=service.name!%3Drestartable');
    await page.getByText(`${SIMULATED} of ${AGENTS} agents`).waitFor();
    await rowBoxes(page).first().click();
    await rowBoxes(page)
      .nth(11)
      .click({ modifiers: ['Shift'] });
    await saysChosen(page, '12 agents');
    await act(page, 'Forget');
    const button = page.getByRole('button', { name: 'Forget 12 agents' });
    await page.getByText('12 agents are connected').waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel('Type 12 to forget 12 agents').fill('11');
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel('Type 12 to forget 12 agents').fill('12');
    await button.click();
    await dock(page).getByText('12 agents forgotten').waitFor();
    // They still run, and come back as new.
    await eventually('they are there again', async () => (await bench.server.api.stats()).total === AGENTS);
    await context.close();
  });

  test('the command line does the same', async () => {
    const env = { DROVER_URL: bench.server.httpUrl, DROVER_TOKEN: bench.server.token };
    const drover = async (...args: string[]) => {
      await using program = new Program('drover', 'packages/cli/bin/drover.js', { args, env });
      const [code] = await once(program.child, 'close');
      return { code, out: program.stdout };
    };
    const own = ['-l', 'service.name=restartable'];
    const labelled = await drover('agents', 'label', ...own, 'owner=ann', 'team-', '--yes');
    expect(labelled.out).toBe(`labels of ${OWN} agents changed\n`);
    expect((await drover('agents', 'label', ...own, 'owner=ann', '--yes')).out).toBe(
      `0 agents changed (${OWN} stand so already)\n`,
    );
    const exported = await drover('agents', 'export', ...own, '--columns', 'type,label:owner');
    expect(exported.out).toBe(`type,label:owner\r\n${'restartable,ann\r\n'.repeat(OWN)}`);
    const before = restarts.length;
    const restarted = await drover('agents', 'restart', ...own, '--per-second', '0.01', '--yes');
    expect(restarted.out).toContain(`${OWN} agents are asked to restart`);
    const id = restarted.out.trim().split(' ').at(-1) ?? '';
    expect((await drover('agents', 'restarts')).out).toContain(id);
    expect((await drover('agents', 'stop-restart', id)).out).toContain(`stopped, 1 of ${OWN} agents asked`);
    await eventually('one was asked', async () => restarts.length === before + 1);
    // Nobody can be asked here, and nothing is lost by that.
    expect((await drover('agents', 'forget', ...own)).code).toBe(2);
    expect((await drover('agents', 'forget', ...own, '--search', 'nothing-like-this', '--yes')).out).toBe(
      '0 agents changed\n',
    );
    expect((await bench.server.api.stats()).total).toBe(AGENTS);
  });
});
