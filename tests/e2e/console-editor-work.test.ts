import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configEditing, EDITED_BODY } from './support/config-editor.ts';
import { consoleBench, judged, typeBody } from './support/console-bench.ts';
import { untilFocused } from './support/focus.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = EDITED_BODY;
const UNTIDY = `# head
receivers:
    otlp:   # the one
        protocols:
            grpc: {}
exporters:
    debug:   {}
service:
    pipelines:
        traces: {receivers: [ otlp ],exporters: [debug]}
`;
const TIDY = `# head
receivers:
  otlp: # the one
    protocols:
      grpc: {}
exporters:
  debug: {}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
`;

/** A configuration of nearly 1 MiB that somebody might write: thousands of processors. */
function largeBody(): string {
  const rules = Array.from(
    { length: 6_000 },
    (_each, index) =>
      `  attributes/rule_${index}: # rule ${index}\n    actions:\n      - key: host.name.${index}\n        value: "value number ${index}"\n        action: upsert\n`,
  );
  return BODY.replace('processors:\n', `processors:\n${rules.join('')}`);
}

describeWithBrowser('work in the editor of configurations', () => {
  const bench = consoleBench('console-editor-work', {
    env: { DROVER_HTTP_PATH_PREFIX: '/tools/drover' },
  });
  const { textbox, button, opened, savedBody } = configEditing(bench);
  let agent: OpampClient;

  beforeAll(async () => {
    agent = createOpampClient({
      url: bench.server.opampUrl,
      stateStore: memoryStateStore(),
      description: {
        identifying: { 'service.name': 'edge-collector', 'service.version': '1.0.0' },
        nonIdentifying: { 'host.name': 'web-1' },
      },
      capabilities: ['ReportsStatus', 'ReportsEffectiveConfig'],
      effectiveConfig: () =>
        new Map([
          ['', { body: new TextEncoder().encode(BODY.replace('1s', '7s')), contentType: 'text/yaml' }],
        ]),
    });
    agent.start();
    await eventually('the agent has reported what it runs', async () => {
      const [summary] = (await bench.server.api.listAgents()).items;
      return (
        summary !== undefined &&
        (await bench.server.api.getAgent(summary.instanceUid)).effectiveConfig !== null
      );
    });
  });
  afterAll(async () => {
    await agent?.stop();
  });

  const activeLine = async (page: Page) => (await page.locator('.cm-activeLine').innerText()).trim();

  test('a text of nearly 1 MiB is read in threads of their own, behind a path prefix, while it is typed', async () => {
    const { page, context, complaints } = await opened('large', largeBody());
    await page.getByText('attributes/rule_0').first().waitFor();
    await page.getByRole('group', { name: 'Pipeline graph' }).waitFor();
    expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\/tools\/drover\/assets\/text-worker-/)]),
    );
    await textbox(page).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('    metrics:');
    await page.keyboard.press('Enter');
    await page.keyboard.type('receivers: [ot');
    await page.getByRole('option', { name: /^otlp/ }).waitFor();
    await page.keyboard.type('lp');
    await page.getByRole('button', { name: /^pipeline metrics$/ }).waitFor();
    await page.getByText('more row').waitFor();
    await page.getByRole('textbox', { name: 'Find in outline' }).fill('rule_5999');
    await page.keyboard.press('Enter');
    await eventually('the cursor stands in its line', async () =>
      (await activeLine(page)).startsWith('attributes/rule_5999:'),
    );
    await page.keyboard.press('Control+S');
    await eventually('all that was typed is saved', async () =>
      (await savedBody('large')).endsWith('    metrics:\n      receivers: [otlp]'),
    );
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('faults are marked without the server, and said to be all that is known', async () => {
    const { page, context } = await opened('alone', BODY);
    await page.getByText('No findings').waitFor();
    await page.route('**/api/v1/configs/validate', (route) => route.abort());
    await typeBody(page, `${BODY}broken: [`);
    await page.locator('.cm-lint-marker-error').waitFor();
    await page.getByText('Not checked').first().waitFor();
    await context.close();
  });

  test('the outline leads to its lines by pointer and keys, and follows the cursor', async () => {
    const { page, context } = await opened('outlined', BODY);
    const outline = page.getByRole('list', { name: 'Outline' });
    await outline.getByRole('button', { name: 'traces' }).click();
    await eventually('the cursor is there', async () => (await activeLine(page)) === 'traces:');
    await page.keyboard.press('Control+Home');
    await outline.locator('[aria-current="location"]').getByText('receivers').waitFor();
    await page.keyboard.press('Control+Shift+O');
    await page.keyboard.type('bat');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually('the cursor is there', async () => (await activeLine(page)) === 'batch:');
    await page.locator('[data-node][aria-current="location"]').getByText('batch').waitFor();
    await page.keyboard.press('Control+.');
    await eventually('its node has the focus', async () =>
      String(await page.evaluate('document.activeElement.textContent')).startsWith('processor batch'),
    );
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually('the next node leads to its line', async () => (await activeLine(page)) === 'debug: {}');
    await page.getByRole('button', { name: 'Outline', pressed: true }).click();
    await outline.waitFor({ state: 'detached' });
    await page.reload();
    await textbox(page).waitFor();
    expect(await outline.count(), 'that it is hidden is remembered').toBe(0);
    await context.close();
  });

  test('format keeps comments, is one step to undo, and says why where it cannot', async () => {
    const { page, context } = await opened('untidy', UNTIDY);
    await textbox(page).click();
    await page.keyboard.press('Shift+Alt+F');
    await page.getByText('Formatted. Ctrl Z undoes it in one step').waitFor();
    await page.keyboard.press('Control+Z');
    await page.getByText('r1, saved').waitFor();
    await button(page, 'Format').click();
    await page.getByText('Formatted. Ctrl Z undoes it in one step').waitFor();
    await button(page, 'Save revision').click();
    await page.getByText('r2, saved').waitFor();
    expect(await savedBody('untidy')).toBe(TIDY);
    await button(page, 'Format').click();
    await page.getByText('Already formatted.').waitFor();
    await typeBody(page, 'a: 1\nb: [');
    await button(page, 'Format').click();
    await page.getByText('Not formatted: the text is not valid YAML').waitFor();
    await button(page, 'Go to line 2').click();
    await eventually('the cursor is there', async () => (await activeLine(page)) === 'b: [');
    await context.close();
  });

  test('the text is compared with a revision and with what an agent runs; the address holds it', async () => {
    const { page, context } = await opened('compared', BODY);
    await bench.server.api.putConfig('compared', { body: BODY.replace('1s', '3s') });
    await page.getByText('r2, saved').waitFor();
    await typeBody(page, BODY.replace('1s', '5s'));
    await button(page, 'Compare').click();
    await page.getByRole('combobox', { name: 'Source' }).selectOption('1');
    await page.getByText('processors::batch::timeout: 1s → 5s').waitFor();
    await page
      .getByRole('combobox', { name: 'Source' })
      .selectOption({ label: 'An agent’s effective configuration' });
    await page.getByRole('textbox', { name: 'Find an agent' }).fill('web-1');
    const agents = page.getByRole('combobox', { name: 'Agent', exact: true });
    await agents.getByRole('option', { name: /web-1/ }).waitFor({ state: 'attached' });
    await agents.selectOption({ index: 1 });
    await page.getByText('processors::batch::timeout: 7s → 5s').waitFor();
    await page.getByText('Known sensitive fields are masked').waitFor();
    await page.reload();
    await page.getByText('processors::batch::timeout: 7s → 5s').waitFor();
    await context.close();
  });

  test('a comparison that the address names comes into view, and gives the focus back when it is closed', async () => {
    const { page, context } = await opened('in-view', BODY);
    await bench.server.api.putConfig('in-view', { body: BODY.replace('1s', '3s') });
    await page.getByText('r2, saved').waitFor();
    await bench.open(page, '/configs/in-view?compare=r1');
    await page.getByText('processors::batch::timeout: 1s → 3s').waitFor();
    const panel = page.getByRole('region', { name: 'Compare with' });
    await eventually('it stands in the upper half of the window', async () => {
      const { y = -1 } = (await panel.boundingBox()) ?? {};
      return y >= 0 && y < (page.viewportSize()?.height ?? 0) / 2;
    });
    await panel.getByRole('button', { name: 'Close' }).press('Enter');
    await panel.waitFor({ state: 'detached' });
    await untilFocused(page, 'button', /^Compare$/);
    await context.close();
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const name = `judged-${colorScheme}-${width}`;
      await bench.server.api.putConfig(name, { body: BODY });
      const ui = await bench.signedIn({ width, colorScheme });
      const { page, context, complaints } = ui;
      const found: string[] = [];
      await bench.open(page, `/configs/${name}`);
      await textbox(page).waitFor();
      const outline = page.getByRole('button', { name: 'Outline', pressed: false });
      if ((await outline.count()) > 0) await outline.click();
      await page.getByRole('list', { name: 'Outline' }).getByRole('button', { name: 'batch' }).waitFor();
      found.push(...(await judged(ui, 'outline')));
      await button(page, 'Compare').click();
      await page
        .getByRole('combobox', { name: 'Source' })
        .selectOption({ label: 'An agent’s effective configuration' });
      await page.getByRole('combobox', { name: 'Agent', exact: true }).selectOption({ index: 1 });
      await page.getByText('processors::batch::timeout').waitFor();
      found.push(...(await judged(ui, 'comparison')));
      await button(page, 'Compare').click();
      await button(page, 'Format').click();
      await page.getByText('Already formatted').waitFor();
      found.push(...(await judged(ui, 'format')));
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    });
  }
});
