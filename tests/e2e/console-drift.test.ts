import { once } from 'node:events';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleBench, judged } from './support/console-bench.ts';
import { eventually, Program } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "gw:4317"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;
const WHERE = 'exporters::otlp::endpoint';
/** What agents run beside what they were given; undefined for those that run that. */
const RUNNING = [undefined, undefined, 'old:4317', 'old:4317', 'old:4317', 'debug:4317'];
const DRIFTED = RUNNING.filter(Boolean).length;

/** An agent that says APPLIED and runs another endpoint, until it is asked to restart. */
function startAgent(url: string, endpoint: string | undefined): OpampClient {
  let isSetRight = endpoint === undefined;
  const running = () => (isSetRight ? BODY : BODY.replace('gw:4317', endpoint ?? ''));
  const client = createOpampClient({
    url,
    stateStore: memoryStateStore(),
    description: { identifying: { 'service.name': 'gateway' }, nonIdentifying: { 'os.type': 'linux' } },
    capabilities: [
      'ReportsStatus',
      'AcceptsRemoteConfig',
      'ReportsRemoteConfig',
      'ReportsEffectiveConfig',
      'AcceptsRestartCommand',
      'ReportsHeartbeat',
    ],
    effectiveConfig: () => new Map([['', { body: Buffer.from(running()), contentType: 'text/yaml' }]]),
    onRemoteConfig: ({ hash }) => {
      client.setRemoteConfigStatus({ hash, status: 'applied' });
      client.effectiveConfigChanged();
    },
    onRestartCommand: () => {
      isSetRight = true;
      client.effectiveConfigChanged();
    },
  });
  client.start();
  return client;
}

describeWithBrowser('drift in the console', () => {
  const bench = consoleBench('console-drift');
  let agents: OpampClient[] = [];

  beforeAll(async () => {
    const { api } = bench.server;
    agents = RUNNING.map((endpoint) => startAgent(bench.server.opampUrl, endpoint));
    await api.putConfig('edge', { body: BODY });
    await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('drift is found', async () => (await api.stats()).drift.drifted === DRIFTED);
  });
  afterAll(async () => {
    for (const agent of agents) await agent.stop();
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const ui = await bench.signedIn({ width, colorScheme });
      const found = await bench.judgedPages(ui, [
        ['fleet by drift', '/agents?drift=drifted', 'drifted from the intended configuration'],
        ['drift', '/drift', `${DRIFTED} of ${RUNNING.length} agents`],
        ['drift at a path', `/drift?path=${WHERE}`, 'Agents that differ at'],
        ['no drift', '/drift?selector=os.type=windows', 'No matching agent has drifted'],
      ]);
      await bench.open(ui.page, '/drift');
      await ui.page.getByRole('button', { name: 'Re-assert…', exact: true }).first().click();
      await ui.page.getByRole('dialog').getByText('asked to restart').waitFor();
      found.push(...(await judged(ui, 're-assertion')));
      expect(found).toEqual([]);
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
    });
  }

  test('the fleet counts it, the page groups it, narrows it by a selector and leads to the agent', async () => {
    const { page, context, complaints } = await bench.signedIn();
    await page.getByRole('button', { name: `${DRIFTED} Drifted` }).click();
    await page.waitForURL('**/agents?drift=drifted');
    await page.getByText(`${DRIFTED} of ${RUNNING.length} agents`).waitFor();
    await page.getByRole('link', { name: 'Show differences' }).click();
    await page.getByRole('table', { name: 'Differences' }).waitFor();
    await page.getByText('old:4317').first().waitFor();
    const selector = page.getByRole('combobox', { name: 'Only agents matching a selector' });
    await selector.fill('os.type==');
    await page.getByText(/column \d/).waitFor();
    await selector.fill(`instanceUid=${agents.at(-1)?.instanceUid}`);
    await page.getByText('1 of 1 agent has drifted').waitFor();
    await page.getByText('old:4317').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: WHERE }).click();
    await page.getByText('Agents that differ at').waitFor();
    await page.getByRole('link', { name: /gateway/ }).click();
    await page.getByText('Effective compared with intended, by meaning').waitFor();
    expect(complaints.filter((complaint) => !/status of 400/.test(complaint))).toEqual([]);
    await context.close();
  });

  test('drift is set right for as many agents as were named, by keyboard, and goes from the page by itself', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/drift');
    await page.getByRole('button', { name: 'Re-assert…', exact: true }).first().focus();
    await page.keyboard.press('Enter');
    const act = page.getByRole('button', { name: `Re-assert on ${DRIFTED} agents` });
    await act.waitFor();
    await page.getByText(`${RUNNING.length - DRIFTED} agents not drifted, or not compared`).waitFor();
    expect((await bench.server.api.stats()).drift.drifted, 'nothing before the answer').toBe(DRIFTED);
    await act.focus();
    await page.keyboard.press('Enter');
    await page.getByText('No agent has drifted').waitFor();
    expect((await bench.server.api.stats()).drift).toEqual({ none: RUNNING.length, drifted: 0, unknown: 0 });
    await context.close();
  });

  test('the command line says the same', async () => {
    agents.push(startAgent(bench.server.opampUrl, 'late:4317'));
    await eventually('it drifts', async () => (await bench.server.api.stats()).drift.drifted === 1);
    const env = { DROVER_URL: bench.server.httpUrl, DROVER_TOKEN: bench.server.token };
    const drover = async (...args: string[]) => {
      await using program = new Program('drover', 'packages/cli/bin/drover.js', { args, env });
      await once(program.child, 'close');
      return program.stdout;
    };
    expect(await drover('agents', 'drifting')).toContain(WHERE);
    expect(await drover('agents', 'reassert', '--path', WHERE, '--yes')).toContain(
      '1 agents offered once more',
    );
    await eventually('none drifts', async () => (await bench.server.api.stats()).drift.drifted === 0);
  });

  test('many are asked one after the other, which the page shows and stops', async () => {
    const { api } = bench.server;
    for (const endpoint of ['slow:4317', 'slow:4317', 'slow:4317'])
      agents.push(startAgent(bench.server.opampUrl, endpoint));
    await eventually('they drift', async () => (await api.stats()).drift.drifted === 3);
    const { page, context, complaints } = await bench.signedIn();
    await bench.open(page, '/drift');
    const { run } = await api.reassertAgents({ selector: '', perSecond: 0.01, atMost: 3 });
    expect(run).toMatchObject({ state: 'running', asked: 1, total: 3 });
    await page.reload();
    await page.getByText('Re-asserting: 1 of 3 agents asked, 0.01 per second').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Re-asserting:').waitFor({ state: 'detached' });
    expect((await api.listReasserts()).items[0]).toMatchObject({ state: 'stopped', asked: 1 });
    await eventually('one was set right', async () => (await api.stats()).drift.drifted === 2);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
