import type { OpampClient } from '@drover/opamp/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectorBody, deepHealth, health, startBoardAgent } from './support/board-fleet.ts';
import { consoleBench } from './support/console-bench.ts';
import { tabUntil, untilFocused } from './support/focus.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const FLEET = 30;
const TRIED = 2;

/** Opens the palette, types what one looks for, and takes what it offers first. */
async function findFirst(page: Page, words: string, option: RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await untilFocused(page, 'combobox', /^Find /);
  await page.keyboard.type(words);
  await page.getByRole('option', { name: option, selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: /^Find / }).waitFor({ state: 'detached' });
}

describeWithBrowser('a whole change without a pointer', () => {
  const bench = consoleBench('console-keyboard-whole');
  let broken: OpampClient;

  beforeAll(async () => {
    const { api, opampUrl } = bench.server;
    bench.simulate(FLEET - 1, [
      '--http',
      '0',
      '--read-only',
      '0',
      '--fail-rate',
      '0',
      '--apply-delay',
      '100ms',
    ]);
    broken = startBoardAgent(opampUrl, 5, 'canary');
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === FLEET);
    await api.putConfig('edge', { body: collectorBody(['otlp/a']) });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('all run it', async () => (await api.getRollout(id)).state === 'succeeded');
    broken.setHealth(deepHealth());
    await eventually('one is unhealthy', async () => (await api.stats()).health.unhealthy === 1);
  });
  afterAll(() => broken?.stop());

  test('from an unhealthy agent to its configuration, a change, two agents, all others, and back', async () => {
    const { api } = bench.server;
    const { page, context, complaints } = await bench.signedIn();
    await page.getByRole('table', { name: 'Agents' }).waitFor();

    // The unhealthy one.
    await findFirst(page, 'unhealthy', /Unhealthy agents/);
    await page.waitForURL('**/agents?health=unhealthy');
    await untilFocused(page, 'main', undefined);
    await page.getByRole('link', { name: /^edge-5/ }).waitFor();
    await page.keyboard.press('j');
    await untilFocused(page, 'link', /^edge-5/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/agents\/[0-9a-f-]{36}$/);
    await untilFocused(page, 'main', undefined);

    // Its configuration.
    await tabUntil(page, 'tab', /^Overview$/, 8);
    await page.keyboard.press('ArrowRight');
    await untilFocused(page, 'tab', /^Configuration$/);
    await page.getByRole('region', { name: 'Intended', exact: true }).waitFor();
    await tabUntil(page, 'link', /^edge$/, 5);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/configs/edge');
    await untilFocused(page, 'main', undefined);

    // A change of it.
    await page.getByRole('textbox', { name: 'Configuration body' }).waitFor();
    await page.keyboard.press('e');
    await untilFocused(page, 'textbox', /^Configuration body$/);
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# by keys alone');
    await page.getByRole('textbox', { name: 'What changed and why' }).waitFor();
    await page.keyboard.press('Control+s');
    await page.getByText('r2 is saved.').waitFor();
    await untilFocused(page, 'textbox', /^Configuration body$/);
    expect((await api.getConfig('edge')).body).toBe(`${collectorBody(['otlp/a'])}# by keys alone`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await untilFocused(page, 'button', /./);

    // Two agents first. Chance may pick the unhealthy one, and the gate would halt for it.
    broken.setHealth(health(true));
    await eventually('it is well', async () => (await api.stats()).health.unhealthy === 0);
    await findFirst(page, 'roll out edge', /Roll out edge/);
    await page.waitForURL('**/rollouts/new?config=edge');
    await untilFocused(page, 'main', undefined);
    await page.getByRole('radio', { name: 'All agents at once' }).waitFor();
    await tabUntil(page, 'radio', /^All agents at once$/, 8);
    await page.keyboard.press('ArrowDown');
    await untilFocused(page, 'radio', new RegExp(`^Try it on ${TRIED} agents first$`));
    await tabUntil(page, 'button', /^Preview$/, 6);
    await page.keyboard.press('Enter');
    await untilFocused(page, 'region', /^What the preview found$/);
    await tabUntil(page, 'button', new RegExp(`^Roll out to ${TRIED} of ${FLEET} agents first$`), 15);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/rollouts\/[0-9a-z]{26}$/);
    await untilFocused(page, 'main', undefined);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';

    // All others.
    await page.getByText('Waiting for approval:').waitFor();
    expect((await api.getRollout(id)).counts).toMatchObject({ applied: TRIED, pending: FLEET - TRIED });
    await tabUntil(page, 'button', /^Approve next wave$/, 4);
    await page.keyboard.press('Enter');
    await untilFocused(page, 'button', new RegExp(`^Approve wave of ${FLEET - TRIED} agents$`));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Every reachable agent has it').waitFor();

    // And back. What approved is gone, and what stands in its place has the focus.
    await untilFocused(page, 'link', /^Roll out again/);
    await tabUntil(page, 'button', /^Roll back$/, 4);
    await page.keyboard.press('Enter');
    await untilFocused(page, 'button', /^Cancel$/);
    await tabUntil(page, 'button', new RegExp(`^Roll back ${FLEET} agents$`), 2);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText(/^Rolled back: /).waitFor();
    await untilFocused(page, 'link', /^Roll out again/);
    await eventually('all run again what they ran', async () => {
      const { use } = await api.getConfig('edge');
      return use.assigned === FLEET && use.inSync === FLEET;
    });
    expect((await api.getRollout(id)).state).toBe('rolled_back');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
