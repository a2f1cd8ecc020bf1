import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleBench, typeBody } from './support/console-bench.ts';
import { axeFindings, overflowPx, switchColorScheme } from './support/console-page.ts';
import { eventually, Program } from './support/process.ts';
import { COLLECTOR, describeWithCollectorAndBrowser } from './support/requirements.ts';
import { IDLE } from './support/supervised.ts';

/** Nothing in the text alone is wrong with it: the program knows its fields. */
const WRONG_FIELD = IDLE.replace('{nop: }\nservice', '{nop: , debug: {verbosityy: basic}}\nservice').replace(
  'exporters: [nop]',
  'exporters: [debug]',
);

describeWithCollectorAndBrowser('a configuration checked by a program, from the editor', () => {
  let supervisor: Program | undefined;
  const bench = consoleBench('console-trial', { env: { DROVER_CONFIGS_COLLECTOR: COLLECTOR } });
  let page: Page;
  let complaints: string[];
  let uid: string;

  beforeAll(async () => {
    await writeFile(
      join(bench.folder, 'supervisor.yaml'),
      JSON.stringify({ server: { endpoint: bench.server.opampUrl }, agent: { executable: COLLECTOR } }),
    );
    await writeFile(join(bench.folder, 'effective.yaml'), IDLE);
    supervisor = new Program('drover-supervisor', 'packages/supervisor/bin/drover-supervisor.js', {
      cwd: bench.folder,
    });
    uid = await eventually(
      'the agent is healthy',
      async () => (await bench.server.api.listAgents({ health: ['healthy'] })).items[0]?.instanceUid,
    );
    ({ page, complaints } = await bench.chromium.newPage());
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(bench.server.loginUrl);
    await page.waitForURL('**/agents');
  });
  afterAll(async () => {
    await supervisor?.end('SIGTERM');
  });

  const panel = () => page.getByRole('region', { name: 'Check with a Collector' });
  const finding = () =>
    page.getByRole('list', { name: 'Findings' }).getByRole('button', { name: /invalid key verbosityy/ });
  const ask = () => panel().getByRole('button', { name: 'Check', exact: true }).click();

  test("the server's own Collector is asked when one wants it, and its words stand among the findings", async () => {
    await bench.open(page, '/new-configuration');
    await page.getByRole('button', { name: 'Graph', pressed: true }).click();
    await page.getByLabel('Name').fill('edge');
    await typeBody(page, WRONG_FIELD);
    // What the server finds in the text alone is there.
    await page
      .getByRole('list', { name: 'Findings' })
      .getByText('"nop" is configured but not used')
      .waitFor();
    await page.getByRole('button', { name: 'Check with a Collector' }).click();
    await panel().getByText('The program itself checks the text').waitFor();
    await panel()
      .getByRole('combobox', { name: 'Check with' })
      .selectOption({ label: await localName() });
    expect(await axeFindings(page)).toEqual([]);
    await ask();
    await panel().getByText('would not run it: 1 finding below.').waitFor();
    expect(await finding().textContent()).toContain('Collector');
    await finding().click();
    expect(await page.evaluate("document.activeElement?.getAttribute('aria-label')")).toBe(
      'Configuration body',
    );
    expect(await axeFindings(page)).toEqual([]);
    await switchColorScheme(page, 'dark');
    expect(await axeFindings(page)).toEqual([]);
    await switchColorScheme(page, 'light');
  });

  test('what it said is not said of another text, and an agent is asked in the same way', async () => {
    await typeBody(page, IDLE);
    await panel().getByText('The text has changed since').waitFor();
    await finding().waitFor({ state: 'detached' });
    await panel().getByRole('combobox', { name: 'Check with' }).selectOption(uid);
    await ask();
    await panel()
      .getByText(/^otelcol\S* \S+ would run it\.$/)
      .waitFor();
    await typeBody(page, WRONG_FIELD);
    await ask();
    await finding().waitFor();
  });

  test('a selector narrows whom one can ask, and the phone shows all of it', async () => {
    const agents = panel().getByRole('textbox', { name: 'Filter agents' });
    await agents.fill('region=nowhere');
    const whom = panel().getByRole('combobox', { name: 'Check with' });
    await eventually('only the server is left', async () => (await whom.locator('option').count()) === 1);
    await agents.fill('region==');
    await panel()
      .getByText(/column/)
      .waitFor();
    await agents.fill('');
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflowPx(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    // The selector that does not parse is answered 400, which Chromium notes.
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([]);
  });

  async function localName(): Promise<string> {
    const { local } = await bench.server.api.configTrialAgents({});
    return `${local?.program} on the server`;
  }
});
