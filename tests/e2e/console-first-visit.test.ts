import type { OpampClient } from '@drover/opamp/client';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectorBody, deepHealth, health, startBoardAgent } from './support/board-fleet.ts';
import { consoleBench, judged, typeBody } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const FLEET = 1000;
const TRIED = 2;

/** Only what is there once and in sight is pressed: nobody tells a first visitor which one is meant. */
async function press(one: Locator): Promise<void> {
  await one.waitFor();
  await one.click();
}

describeWithBrowser('who never saw it before', () => {
  const bench = consoleBench('console-first-visit');
  let broken: OpampClient;

  beforeAll(async () => {
    const { api, opampUrl } = bench.server;
    const args = ['--http', '0', '--read-only', '0', '--fail-rate', '0', '--apply-delay', '100ms'];
    bench.simulate(FLEET - 1, [...args, '--heartbeat', '30s']);
    broken = startBoardAgent(opampUrl, 5, 'canary');
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === FLEET);
    await api.putConfig('edge', { body: collectorBody(['otlp/a']) });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('all run it', async () => (await api.getRollout(id)).state === 'succeeded');
  });
  afterAll(() => broken?.stop());

  for (const [colorScheme, width, timeout] of [
    ['light', 1440, '7s'],
    ['dark', 390, '9s'],
  ] as const) {
    test(`${width} px: finds the unhealthy one of a thousand, sees why, changes its configuration, tries it on two, takes it back`, async () => {
      const { api } = bench.server;
      broken.setHealth(deepHealth());
      await eventually('one is unhealthy', async () => (await api.stats()).health.unhealthy === 1);
      const ui = await bench.signedIn({ width, colorScheme });
      const { page } = ui;
      const found: string[] = [];
      const look = async (at: string) => found.push(...(await judged(ui, at)));

      // Among a thousand: its count is on the first page, and a filter.
      await press(page.getByRole('button', { name: /^1\s*Unhealthy/ }));
      await press(page.getByRole('table', { name: 'Agents' }).getByRole('link', { name: /^edge-5/ }));

      // Why, before anything is pressed.
      await page.getByText(/exporter:otlp: connection refused by gw:4317/).waitFor();
      await look('agent');
      await press(page.getByRole('link', { name: 'Edit configuration' }));

      await page.getByRole('tab', { name: 'Editor', selected: true }).waitFor();
      await typeBody(page, collectorBody(['otlp/a'], timeout));
      await press(page.getByRole('button', { name: 'Save revision' }));
      await page.getByText(/^r\d+ is saved\.$/).waitFor();
      await look('saved');
      await press(page.getByRole('link', { name: /^Roll out r\d+…$/ }));

      await press(page.getByRole('radio', { name: `Try it on ${TRIED} agents first` }));
      await look('wizard');
      await press(page.getByRole('button', { name: 'Preview' }));
      await page.getByText(/then approval is needed/).waitFor();
      await look('preview');
      // Chance may pick the unhealthy one, and the gate would halt for it.
      broken.setHealth(health(true));
      await eventually('it is well', async () => (await api.stats()).health.unhealthy === 0);
      await press(page.getByRole('button', { name: `Roll out to ${TRIED} of 1,000 agents first` }));

      await page.getByText('Waiting for approval:').waitFor();
      const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
      expect((await api.getRollout(id)).counts).toMatchObject({
        matched: FLEET,
        applied: TRIED,
        pending: FLEET - TRIED,
      });
      await look('board');
      await press(page.getByRole('button', { name: 'Roll back' }));
      await press(page.getByRole('dialog').getByRole('button', { name: `Roll back ${TRIED} agents` }));
      await page.getByText(/^Rolled back: /).waitFor();
      await look('taken back');

      await eventually('all run again what they ran', async () => {
        const { use } = await api.getConfig('edge');
        return use.assigned === FLEET && use.inSync === FLEET;
      });
      expect((await api.getRollout(id)).state).toBe('rolled_back');
      expect(found).toEqual([]);
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
    });
  }
});
