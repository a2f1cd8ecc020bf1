import { beforeAll, expect, test } from 'vitest';
import { consoleBench, judged } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 6;
const BODY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "gw:4317", headers: {authorization: "\${drover:secret.gateway}"}}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;

describeWithBrowser('secrets in the console', () => {
  const bench = consoleBench('console-secrets');

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--http', '0', '--read-only', '0', '--fail-rate', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putSecret('gateway', { value: 'planted-one' });
    await api.putConfig('edge', { body: BODY });
    await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('all run it', async () => (await api.stats()).sync.in_sync === AGENTS);
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const found: string[] = [];
      const ui = await bench.signedIn({ width, colorScheme });
      await bench.open(ui.page, '/configs?tab=secrets');
      await ui.page.getByText(`${AGENTS} agents`).first().waitFor();
      found.push(...(await judged(ui, 'secrets')));
      await ui.page.getByRole('button', { name: 'Replace gateway' }).click();
      await ui.page.getByRole('dialog').getByText('offered the new value at once').waitFor();
      found.push(...(await judged(ui, 'replace')));
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
      expect(found).toEqual([]);
    });
  }

  test('one is made, used nowhere, and deleted, by keyboard; its value comes back from nowhere', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs?tab=secrets');
    await page.getByRole('table', { name: 'Secrets' }).waitFor();
    await page.getByRole('button', { name: 'New secret' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('gateway');
    await dialog.getByText('A secret with this name already exists').waitFor();
    await dialog.getByLabel('Name').fill('spare');
    await dialog.getByRole('textbox', { name: 'Value' }).fill('planted-two\n');
    await dialog.getByRole('textbox', { name: 'Value' }).press('Tab');
    await dialog.getByRole('button', { name: 'Set secret' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('spare', { exact: true }).waitFor();
    expect(await page.content()).not.toContain('planted-two');
    expect(JSON.stringify(await bench.server.api.listSecrets())).not.toContain('planted');

    await page.getByRole('button', { name: 'Delete spare' }).click();
    await dialog.getByText('No agent’s intended configuration uses it').waitFor();
    await dialog.getByRole('button', { name: 'Delete 1 secret' }).click();
    await page.getByText('spare', { exact: true }).waitFor({ state: 'detached' });
    expect((await bench.server.api.listSecrets()).items.map(({ name }) => name)).toEqual(['gateway']);
    await context.close();
  });

  test('one that agents need is replaced for a number of them and not deleted', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs?tab=secrets');
    const remove = page.getByRole('button', { name: 'Delete gateway' });
    await remove.waitFor();
    expect(await remove.getAttribute('aria-description')).toBe(
      `In use by edge, intended for ${AGENTS} agents`,
    );
    await remove.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('button', { name: 'Replace gateway' }).click();
    await page.getByRole('textbox', { name: 'Value' }).fill('planted-three');
    await page.getByRole('button', { name: `Replace value for ${AGENTS} agents` }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await bench.server.api.listSecrets()).items[0]).toMatchObject({ version: 2 });
    await eventually(
      'all were given it',
      async () => (await bench.server.api.stats()).sync.in_sync === AGENTS,
    );
    await context.close();
  });

  test('what another operator sets appears by itself', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs?tab=secrets');
    await page.getByRole('table', { name: 'Secrets' }).waitFor();
    await bench.server.api.putSecret('from-elsewhere', { value: 'planted-four' });
    await page.getByText('from-elsewhere').waitFor();
    await context.close();
  });
});
