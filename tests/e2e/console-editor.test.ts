import { type ComponentHealth, ComponentHealthSchema, create } from '@drover/opamp';
import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleBench } from './support/console-bench.ts';
import { axeFindings, overflowPx, switchColorScheme } from './support/console-page.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = `extensions:
  health_check:
receivers:
  otlp:
    protocols:
      grpc:
  filelog/nginx:
    include: [/var/log/nginx/*.log]
processors:
  memory_limiter:
    check_interval: 1s
    limit_mib: 256
  batch:
exporters:
  debug:
  otlphttp/backend:
    endpoint: https://otlp.example.com
connectors:
  spanmetrics:
service:
  extensions: [health_check]
  pipelines:
    traces:
      receivers: [otlp]
      processors: [memory_limiter, batch]
      exporters: [otlphttp/backend, spanmetrics]
    metrics:
      receivers: [spanmetrics]
      processors: [batch]
      exporters: [otlphttp/backend]
`;

const PARTS: Readonly<Record<string, readonly string[]>> = {
  extensions: ['extension:health_check'],
  'pipeline:traces': [
    'receiver:otlp',
    'processor:memory_limiter',
    'processor:batch',
    'exporter:otlphttp/backend',
    'connector:spanmetrics',
  ],
  'pipeline:metrics': ['connector:spanmetrics', 'processor:batch', 'exporter:otlphttp/backend'],
};

/** As the opamp extension of a Collector reports it. */
function healthOf(broken: string) {
  const part = (isBroken: boolean, componentHealthMap: Record<string, ComponentHealth> = {}) =>
    create(ComponentHealthSchema, {
      healthy: !isBroken,
      status: isBroken ? 'StatusRecoverableError' : 'StatusOK',
      lastError: isBroken ? '503 Service Unavailable' : '',
      componentHealthMap,
    });
  const groups = Object.entries(PARTS).map(([group, members]) => {
    const children = Object.fromEntries(members.map((member) => [member, part(member === broken)]));
    return [group, part(members.includes(broken), children)] as const;
  });
  return part(true, Object.fromEntries(groups));
}

describeWithBrowser('the editor of configurations', () => {
  const bench = consoleBench('console-editor');
  let agent: OpampClient;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    await bench.server.api.putConfig('edge', { body: BODY });
    agent = createOpampClient({
      url: bench.server.opampUrl,
      stateStore: memoryStateStore(),
      description: {
        identifying: { 'service.name': 'otelcol-drover', 'service.version': '0.149.0' },
        nonIdentifying: { 'host.name': 'web-1' },
      },
      capabilities: ['ReportsStatus', 'ReportsHealth', 'ReportsEffectiveConfig'],
      health: healthOf('exporter:otlphttp/backend'),
      effectiveConfig: () =>
        new Map([['', { body: new TextEncoder().encode(BODY), contentType: 'text/yaml' }]]),
    });
    agent.start();
    await eventually('the agent has reported what it runs', async () => {
      const [summary] = (await bench.server.api.listAgents()).items;
      return (
        summary !== undefined &&
        (await bench.server.api.getAgent(summary.instanceUid)).effectiveConfig !== null
      );
    });
    ({ page, complaints } = await bench.chromium.newPage());
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(bench.server.loginUrl);
    await page.waitForURL('**/agents');
  });
  afterAll(async () => {
    await agent?.stop();
  });

  const textbox = () => page.getByRole('textbox', { name: 'Configuration body' });
  const graph = () => page.getByRole('group', { name: 'Pipeline graph' });
  const node = (name: RegExp) => page.getByRole('button', { name });
  const offer = (name: RegExp) => page.getByRole('option', { name });
  /** Takes an offer; while offers are being looked up anew a click on one of the old ones does nothing. */
  const take = (name: RegExp, line: string) =>
    eventually(`the line is ${line}`, async () => {
      if ((await activeLine()).trim() === line) return true;
      await offer(name)
        .click({ timeout: 1_000 })
        .catch(() => undefined);
      return (await activeLine()).trim() === line;
    });
  const isMarked = async (name: RegExp) => (await node(name).getAttribute('aria-current')) === 'location';
  const activeLine = () => page.locator('.cm-activeLine').innerText();

  test('the graph shows how data flows, and what is apart from it', async () => {
    await bench.open(page, '/configs/edge');
    await graph().waitFor();
    expect(
      await page.getByRole('list', { name: 'Pipelines as text' }).getByRole('listitem').allInnerTexts(),
    ).toEqual([
      'Pipeline traces: from otlp, through memory_limiter, batch, to otlphttp/backend, connector spanmetrics',
      'Pipeline metrics: from connector spanmetrics, through batch, to otlphttp/backend',
    ]);
    await page.getByRole('heading', { name: 'Extensions' }).waitFor();
    await node(/^receiver filelog\/nginx not used$/).waitFor();
    expect(await node(/^exporter debug not used$/).getAttribute('data-unused')).toBe('true');
  });

  test('a node leads to its line, and the cursor marks its node', async () => {
    await node(/^processor memory_limiter in pipeline traces$/).click();
    await eventually(
      'the cursor stands in its line',
      async () => (await activeLine()).trim() === 'memory_limiter:',
    );
    await eventually('it is marked', () => isMarked(/^processor memory_limiter/));
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await eventually('the mark follows the cursor', () => isMarked(/^receiver filelog\/nginx/));
    expect(await isMarked(/^processor memory_limiter/)).toBe(false);
  });

  test('arrow keys go from node to node, Enter to the text', async () => {
    await node(/^receiver otlp/).focus();
    const direction = await graph().locator('[data-direction]').getAttribute('data-direction');
    for (const name of [
      'pipeline traces',
      'processor memory_limiter',
      'processor batch in pipeline traces',
    ]) {
      await page.keyboard.press(direction === 'down' ? 'ArrowDown' : 'ArrowRight');
      await eventually(`${name} has the focus`, async () =>
        String(await page.evaluate('document.activeElement.textContent')).startsWith(name),
      );
    }
    await page.keyboard.press('Enter');
    await eventually('the cursor stands in its line', async () => (await activeLine()).trim() === 'batch:');
  });

  test('half-typed text leaves the last drawing standing, and says so', async () => {
    await textbox().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('broken: [');
    await page.getByText('Last valid state shown: the text is not valid YAML').waitFor();
    await node(/^pipeline traces/).waitFor();
    await page.keyboard.press('Control+Z');
    await page.getByText('Last valid state shown').waitFor({ state: 'detached' });
  });

  test('whether it is shown is remembered', async () => {
    await page.getByRole('button', { name: 'Graph', pressed: true }).click();
    await graph().waitFor({ state: 'detached' });
    await page.reload();
    await textbox().waitFor();
    expect(await graph().count()).toBe(0);
    await page.getByRole('button', { name: 'Graph', pressed: false }).click();
    await graph().waitFor();
  });

  test('an agent shows the health of each component that it runs, and of one that is chosen its settings', async () => {
    const [summary] = (await bench.server.api.listAgents()).items;
    await bench.open(page, `/agents/${summary?.instanceUid}?tab=configuration`);
    await node(/^exporter otlphttp\/backend .*unhealthy: 503 Service Unavailable$/).click();
    const detail = page.getByRole('region', { name: 'exporter otlphttp/backend' });
    await detail.getByText('endpoint: https://otlp.example.com').waitFor();
    await node(/^processor batch in pipeline metrics, healthy$/).waitFor();
    agent.setHealth(healthOf('extension:health_check'));
    await node(/^exporter otlphttp\/backend in pipelines traces, metrics, healthy$/).waitFor();
    await node(/^extension health_check unhealthy/).waitFor();
  });

  test('a revision shows its pipelines', async () => {
    await bench.open(page, '/configs/edge?tab=revisions');
    await page.getByRole('heading', { name: 'Pipelines of r1' }).waitFor();
    await node(/^connector spanmetrics/).waitFor();
  });

  test('what may be written is offered by the schema of the agents, and a word says what it is', async () => {
    await bench.server.api.putSecret('gateway', { value: 'a secret value' });
    await page.setViewportSize({ width: 1440, height: 900 });
    await bench.open(page, '/configs/edge');
    await page.getByText('otelcol-drover 0.149.0, for 1 agent').waitFor();
    await node(/^processor batch in pipeline traces/).click();
    await eventually('the cursor stands in its line', async () => (await activeLine()).trim() === 'batch:');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('time');
    await offer(/^timeout/).waitFor();
    expect((await axeFindings(page)).filter((finding) => !finding.startsWith('region'))).toEqual([]);
    await take(/^timeout/, 'timeout:');
    // Its value is offered at once.
    await take(/^200ms/, 'timeout: 200ms');
    await page.locator('.cm-activeLine').getByText('timeout').hover();
    const help = page.locator('.cm-tooltip-hover');
    await help.getByText('processors::batch::timeout').waitFor();
    await help.getByText('duration').waitFor();
    await help.getByText('Default 200ms').waitFor();
  });

  test('ids of the text and variables are offered where they may be named', async () => {
    await node(/^pipeline metrics/).click();
    await eventually('the cursor stands in its line', async () => (await activeLine()).trim() === 'metrics:');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(', file');
    await take(/^filelog\/nginx/, 'receivers: [spanmetrics, filelog/nginx]');
    await node(/^receiver filelog\/nginx in pipeline metrics$/).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# end');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    await page.keyboard.type('x: ${drover:sec');
    await take(/^drover:secret\.gateway/, 'x: ${drover:secret.gateway}');
  });

  test('the agents that a text is written for can be narrowed; what is not checked is said', async () => {
    await page.getByRole('textbox', { name: 'Written for' }).fill('os.type=linux');
    await page.getByRole('button', { name: 'Checked with otelcol-drover 0.149.0, assumed' }).click();
    await page.getByText('otelcol-drover 0.149.0, assumed: no agents match').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Written for' }).fill('');
    const other = createOpampClient({
      url: bench.server.opampUrl,
      stateStore: memoryStateStore(),
      description: { identifying: { 'service.name': 'somebody', 'service.version': '1.2.3' } },
      capabilities: ['ReportsStatus'],
    });
    other.start();
    await eventually('it is there', async () => (await bench.server.api.stats()).state.connected === 2);
    await page.reload();
    await page.getByRole('button', { name: /; 1 agent type has no schema$/ }).click();
    await page.getByText('somebody 1.2.3 (1 agent)').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByText('somebody 1.2.3 (1 agent)').waitFor({ state: 'detached' });
    await eventually('the focus is where it was', async () =>
      String(await page.evaluate('document.activeElement.textContent')).endsWith(
        '1 agent type has no schema',
      ),
    );
    await other.stop();
  });

  for (const width of [1440, 390]) {
    test(`light and dark, ${width} px: axe finds nothing, the page is no wider than its window`, async () => {
      const [summary] = (await bench.server.api.listAgents()).items;
      const pages = [
        '/configs/edge',
        '/configs/edge?tab=revisions',
        `/agents/${summary?.instanceUid}?tab=configuration`,
      ];
      const found: string[] = [];
      await page.setViewportSize({ width, height: 900 });
      for (const path of pages) {
        await bench.open(page, path);
        await node(/^pipeline traces/).waitFor();
        for (const scheme of ['light', 'dark'] as const) {
          await switchColorScheme(page, scheme);
          found.push(...(await axeFindings(page)).map((finding) => `${path}, ${scheme}: ${finding}`));
        }
        const tooWide = await overflowPx(page);
        if (tooWide > 0) found.push(`${path}: ${tooWide} px wider than the window`);
      }
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
    });
  }
});
