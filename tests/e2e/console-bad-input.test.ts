import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchedPage } from './support/browser.ts';
import { consoleBench, judged } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "\${drover:label.gateway}", headers: {authorization: "\${drover:secret.gone}"}}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;

describeWithBrowser('what is wrong, told where it belongs in the console', () => {
  const bench = consoleBench('console-bad-input');
  let agent: OpampClient;
  let ui: WatchedPage;

  beforeAll(async () => {
    const { api } = bench.server;
    agent = createOpampClient({
      url: bench.server.opampUrl,
      stateStore: memoryStateStore(),
      description: { identifying: { 'service.name': 'gateway' }, nonIdentifying: { 'os.type': 'linux' } },
      capabilities: ['ReportsStatus', 'AcceptsRemoteConfig', 'ReportsRemoteConfig', 'ReportsHeartbeat'],
      onRemoteConfig: ({ hash }) => agent.setRemoteConfigStatus({ hash, status: 'applied' }),
    });
    agent.start();
    await eventually('it is there', async () => (await api.stats()).total === 1);
    await api.putConfig('edge', { body: BODY });
    ui = await bench.signedIn();
  });
  afterAll(async () => {
    await agent?.stop();
  });

  async function open(path: string): Promise<void> {
    await bench.open(ui.page, path);
  }

  test('a secret that is not there, in the editor', async () => {
    await open('/configs/edge');
    await ui.page.getByText('Missing secret').waitFor();
    expect(await judged(ui, 'editor')).toEqual([]);
    await ui.page.getByRole('link', { name: 'Go to secrets' }).click();
    await ui.page.waitForURL('**/configs?tab=secrets');
  });

  test('a variable without a value and a secret without one, agent by agent before the rollout', async () => {
    await open('/rollouts/new?config=edge&preview=now');
    await ui.page.getByText('1 agent would be skipped').waitFor();
    await ui.page.getByText(/label "gateway"/).waitFor();
    await bench.server.api.patchAgent(agent.instanceUid, { labels: { gateway: 'gw:4317' } });
    await open('/rollouts/new?config=edge&preview=now');
    await ui.page.getByText(/secret "gone"/).waitFor();
    expect(await judged(ui, 'preview')).toEqual([]);
  });

  test('a label that an agent lost, on the agent’s page', async () => {
    const { api } = bench.server;
    await api.putSecret('gone', { value: 'back' });
    await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('it runs it', async () => (await api.stats()).sync.in_sync === 1);
    await api.patchAgent(agent.instanceUid, { labels: {} });
    await open(`/agents/${agent.instanceUid}`);
    await ui.page.getByText('Its intended configuration cannot be built').waitFor();
    await ui.page
      .getByText(/label "gateway"/)
      .first()
      .waitFor();
    expect(await judged(ui, 'agent')).toEqual([]);
  });

  test('a selector for nobody, and one that cannot be read', async () => {
    await open('/rollouts/new?config=edge&selector=os.type=beos&preview=now');
    await ui.page.getByText('No agent matches today').waitFor();
    await ui.page.getByText('The selector matches no agent today.').waitFor();
    await ui.page.getByRole('button', { name: 'Back', exact: true }).click();
    await ui.page.getByRole('combobox', { name: 'Selector' }).fill('os.type==');
    await ui.page
      .getByText(/column \d/)
      .first()
      .waitFor();
  });

  test('a revision and a configuration that do not exist', async () => {
    await open('/configs/edge?tab=revisions&from=1&to=9');
    await ui.page.getByText('“edge” has no revision r9.').waitFor();
    expect(await judged(ui, 'revisions')).toEqual([]);
    await ui.page.getByRole('link', { name: 'Compare the latest two' }).click();
    await ui.page.getByText('“edge” has no revision r9.').waitFor({ state: 'detached' });
    await open('/rollouts/new?config=edge&revision=9');
    await ui.page.getByText('“edge” has no revision r9; the latest is r1.').waitFor();
    await ui.page.getByRole('button', { name: 'Preview' }).click();
    await ui.page
      .getByText('There is no such revision')
      .or(ui.page.getByText('No such revision'))
      .first()
      .waitFor();
    await open('/rollouts/new?config=nothing');
    await ui.page.getByText('No configuration “nothing”.').waitFor();
    expect(await ui.page.getByRole('button', { name: 'Preview' }).isDisabled()).toBe(true);
    expect(await judged(ui, 'new rollout')).toEqual([]);
  });

  test('a body that is not YAML or has a bomb of anchors, with its place', async () => {
    await open('/new-configuration');
    const body = ui.page.getByRole('textbox', { name: 'Configuration body' });
    const type = async (text: string) => {
      await body.click();
      await ui.page.keyboard.press('Control+A');
      await ui.page.keyboard.insertText(text);
    };
    await type('receivers: [');
    await ui.page.getByRole('list', { name: 'Findings' }).getByText('YAML').first().waitFor();
    const bomb = ['a0: &a0 [x, x]'];
    for (let at = 1; at < 40; at += 1) bomb.push(`a${at}: &a${at} [*a${at - 1}, *a${at - 1}, *a${at - 1}]`);
    await type(`${bomb.join('\n')}\n`);
    await ui.page
      .getByRole('list', { name: 'Findings' })
      .getByText(/alias|anchor/i)
      .first()
      .waitFor();
    expect((await bench.server.api.stats()).total, 'the server answers').toBe(1);
  });

  test('none of it was an error of the page', () => {
    expect(ui.complaints.filter((complaint) => !/status of 40[04]/.test(complaint))).toEqual([]);
  });
});
