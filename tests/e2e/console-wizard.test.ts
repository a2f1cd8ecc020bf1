import { beforeAll, expect, test } from 'vitest';
import { consoleBench, judged } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 4;
const BASE = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "gw:4317"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;
const SITE = 'exporters: {otlp: {endpoint: "site:4317"}}\n';

describeWithBrowser('all that a rollout can be told, in the console', () => {
  const bench = consoleBench('console-wizard');

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--http', '0', '--read-only', '0', '--fail-rate', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('base', { body: BASE });
    await api.putConfig('base', { body: `${BASE}# again\n` });
    await api.putConfig('site', { body: SITE });
  });

  test('several layers in their order, a gate on what flows, a window and a deadline', async () => {
    const ui = await bench.signedIn({ colorScheme: 'dark' });
    const { page } = ui;
    await bench.open(page, '/rollouts/new?config=site');
    await page.getByRole('button', { name: 'Add a layer' }).click();
    await page.waitForURL('**/rollouts/new?stack=site,base');
    await page.getByRole('button', { name: 'Move base up' }).click();
    await page.waitForURL('**/rollouts/new?stack=base,site');
    await page.getByRole('combobox', { name: 'Revision 1' }).selectOption('1');
    await page.waitForURL('**/rollouts/new?stack=base@1,site');
    await page.getByLabel('In waves, each judged before the next').check();
    await page.getByRole('textbox', { name: 'Wave 1' }).fill('os.type in (linux,beos), !absent');
    await page.getByText('4 agents of the rollout today').waitFor();
    await page.getByRole('textbox', { name: 'Wave 2' }).fill('50%');
    await page.getByLabel('Also judge data flow').check();
    await page.getByRole('textbox', { name: 'Sent, at least' }).fill('2000');
    await page.getByText('A percentage from 0 to 1000').waitFor();
    await page.getByRole('textbox', { name: 'Sent, at least' }).fill('80');
    await page.getByLabel('Only within a time window').check();
    await page.getByRole('textbox', { name: 'From' }).fill('00:00');
    await page.getByRole('textbox', { name: 'To', exact: true }).fill('23:59');
    await page.getByRole('textbox', { name: 'Time zone' }).fill('UTC');
    await page.getByLabel('Sun').check();
    await page.getByRole('textbox', { name: 'Give up on an agent after, minutes' }).fill('3');
    expect(await judged(ui, 'wizard')).toEqual([]);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: `Roll out to ${AGENTS} agents` }).click();
    await page.waitForURL(/\/rollouts\/[0-9a-z]{26}$/);
    const [rollout] = (await bench.server.api.listRollouts()).items;
    expect(rollout?.target.configs).toEqual([
      { name: 'base', revision: 1 },
      { name: 'site', revision: 1 },
    ]);
    expect(rollout?.strategy).toMatchObject({
      kind: 'waves',
      waves: [{ selector: 'os.type in (linux,beos), !absent' }, { percent: 50 }],
      gates: { flow: { minSentPercent: 80, maxFailedPercent: 5 } },
      window: { from: '00:00', to: '23:59', timezone: 'UTC', days: ['sun'] },
      applyDeadlineSeconds: 180,
    });
    expect(ui.complaints).toEqual([]);
    await bench.server.api.actOnRollout(rollout?.id ?? '', 'abort');
    await ui.context.close();
  });

  test('waves are looked into one by one, rollouts by their state, and a merged stack line by line', async () => {
    const { api } = bench.server;
    const configs = [{ name: 'base' }, { name: 'site' }];
    const { id } = await api.createRollout({
      target: { kind: 'config', configs },
      selector: '',
      strategy: { kind: 'waves', waves: [{ count: 1 }], gates: { soakSeconds: 0 } },
    });
    await eventually('it is over', async () => (await api.getRollout(id)).state === 'succeeded');
    const ui = await bench.signedIn();
    const { page } = ui;
    await bench.open(page, '/rollouts?state=succeeded');
    await page.getByRole('link', { name: 'base r2, site r1' }).click();
    await page.getByRole('link', { name: '1 agent, picked at random' }).click();
    const table = page.getByRole('table', { name: 'All agents in wave 1' });
    await eventually('one agent', async () => (await table.getAttribute('aria-rowcount')) === '2');
    await page.getByRole('button', { name: 'Wave 1 ×' }).click();
    await page.getByRole('table', { name: 'All agents', exact: true }).waitFor();
    const [agent] = (await api.listAgents({ limit: 1 })).items;
    await bench.open(page, `/agents/${agent?.instanceUid}?tab=configuration`);
    await page.getByText('Merged configuration, with the layer of each line').waitFor();
    await page.getByText('from site r1 overrides').waitFor();
    expect(await judged(ui, 'merged')).toEqual([]);
    expect(ui.complaints).toEqual([]);
    await ui.context.close();
  });

  test('a phone shows it without an overflow', async () => {
    const ui = await bench.signedIn({ width: 390 });
    await bench.open(ui.page, '/rollouts/new?stack=base@1,site');
    await ui.page.getByLabel('In waves, each judged before the next').check();
    await ui.page.getByLabel('Also judge data flow').check();
    await ui.page.getByLabel('Only within a time window').check();
    expect(await judged(ui, 'wizard')).toEqual([]);
    await ui.context.close();
  });

  test('a configuration is described without a revision, and exported by a command to copy', async () => {
    const ui = await bench.signedIn();
    const { page } = ui;
    await bench.open(page, '/configs/site');
    await page.getByRole('button', { name: 'Add description…' }).click();
    await page.getByRole('textbox', { name: 'Description' }).fill('What is another at each site');
    await page.getByRole('button', { name: 'Save description' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await bench.server.api.getConfig('site')).toMatchObject({
      description: 'What is another at each site',
      revision: { number: 1 },
    });
    await bench.open(page, '/configs');
    await page.getByText('What is another at each site').waitFor();
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByText('drover export ./drover-export').waitFor();
    expect(await judged(ui, 'export')).toEqual([]);
    await ui.context.close();
  });

  test('a configuration of another agent is written as what it is', async () => {
    const ui = await bench.signedIn();
    const { page } = ui;
    await bench.open(page, '/new-configuration');
    await page.getByRole('textbox', { name: 'Name' }).fill('bit');
    await page.getByRole('combobox', { name: 'Format' }).selectOption('fluentbit');
    await page.getByRole('textbox', { name: 'Configuration body' }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('[INPUT]\n    Name cpu\n');
    await page.getByText('Variables only').waitFor();
    await page.getByRole('button', { name: 'Save revision' }).click();
    await page.waitForURL('**/configs/bit');
    expect((await bench.server.api.getConfig('bit')).revision).toMatchObject({
      format: 'fluentbit',
      contentType: 'text/plain',
    });
    await ui.context.close();
  });
});
