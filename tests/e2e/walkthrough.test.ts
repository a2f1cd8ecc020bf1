import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser, type WatchedPage } from './support/browser.ts';
import { type RunningServer, startServer, startSupervisor, temporaryFolder } from './support/drover.ts';
import { eventually, type Program, processesWith } from './support/process.ts';
import { COLLECTOR, describeWithCollectorAndBrowser } from './support/requirements.ts';

/** The page's own words where it has any; the Collector's metrics on the port that the page names. */
const METRICS_URL = 'http://localhost:8888/metrics';

describeWithCollectorAndBrowser("the seed page's walkthrough", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RunningServer;
  let supervisor: Program;
  let chromium: OpenBrowser;
  let ui: WatchedPage;
  let uid: string;

  beforeAll(async () => {
    folder = await temporaryFolder('walkthrough');
    chromium = await openBrowser();
    server = await startServer({
      dataDir: join(folder.path, 'data'),
      opampListen: '127.0.0.1:4320',
      httpListen: '127.0.0.1:4321',
    });
  });

  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await supervisor?.end();
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const agent = () => server.api.getAgent(uid);
  const collectors = () => processesWith(join(folder.path, 'storage'));

  async function metrics(): Promise<string> {
    return (await fetch(METRICS_URL)).text();
  }

  /** Types a new body over what the editor holds. */
  async function typeBody(body: string): Promise<void> {
    const editor = ui.page.getByRole('textbox', { name: 'Configuration body' });
    await editor.click();
    await ui.page.keyboard.press('Control+A');
    await ui.page.keyboard.insertText(body);
  }

  test('the server says that it is ready on 4320 and 4321', () => {
    expect(server.opampUrl).toBe('ws://127.0.0.1:4320/v1/opamp');
    expect(server.httpUrl).toBe('http://127.0.0.1:4321');
  });

  test("the supervisor starts the Collector with the page's two files as they stand", async () => {
    supervisor = await startSupervisor({ folder: folder.path, collector: COLLECTOR });
    uid = await eventually('the Collector is listed', async () => {
      const { items } = await server.api.listAgents();
      return items.find((item) => item.health.state === 'healthy')?.instanceUid;
    });
    const it = await agent();
    expect(it.connection.state).toBe('connected');
    expect(it.description.identifying['service.name']).toBeTruthy();
    expect(it.description.identifying['service.version']).toBe('0.149.0');
    expect(it.capabilities).toContain('AcceptsRemoteConfig');
    expect(Object.values(it.effectiveConfig?.files ?? {})[0]?.body).toContain('prometheus/own_metrics');
  });

  test("the Collector's own metrics answer on 8888", async () => {
    const text = await eventually('metric points went through the pipeline', async () => {
      const body = await metrics();
      return body.includes('otelcol_exporter_sent_metric_points') ? body : undefined;
    });
    expect(text).toContain('otelcol_receiver_accepted_metric_points{receiver="hostmetrics"');
    expect(text).toMatch(/otelcol_exporter_sent_metric_points\{exporter="debug"/);
  });

  test('the console lists the Collector', async () => {
    ui = await chromium.newPage();
    await ui.page.goto(server.loginUrl);
    await ui.page.waitForURL('**/agents');
    await ui.page.getByText('0.149.0').first().waitFor();
    await ui.page.goto(`${server.httpUrl}/agents/${uid}`);
    await ui.page.getByText('Healthy').first().waitFor();
  });

  test('a configuration changed in the console is rolled out and runs in the Collector', async () => {
    const { page } = ui;
    const changed = (await readFile(join(folder.path, 'effective.yaml'), 'utf8'))
      .replace('  debug:\n', '  debug/changed:\n')
      .replace('exporters: [debug]', 'exporters: [debug/changed]')
      .replaceAll('collection_interval: 10s', 'collection_interval: 1s');
    await page.getByRole('link', { name: 'Configurations' }).first().click();
    await page.getByRole('button', { name: 'New configuration' }).first().click();
    await page.getByLabel('Name').fill('walkthrough');
    await typeBody(changed);
    await page.getByRole('button', { name: 'Save revision' }).click();
    await eventually(
      'the revision is stored',
      async () => (await server.api.getConfig('walkthrough')).revision.number === 1,
    );
    await page
      .getByRole('button', { name: 'Roll out', exact: true })
      .or(page.getByRole('link', { name: 'Roll out', exact: true }))
      .first()
      .click();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Roll out to 1 agent' }).click();
    const rollout = await eventually('the rollout succeeded', async () => {
      const { items } = await server.api.listRollouts();
      return items.find((item) => item.state === 'succeeded');
    });
    expect(rollout.counts).toMatchObject({ matched: 1, applied: 1, failed: 0, pending: 0 });
    await page.getByText('Succeeded').first().waitFor();

    await eventually("the changed exporter is in the Collector's own metrics", async () =>
      (await metrics()).includes('otelcol_exporter_sent_metric_points{exporter="debug/changed"'),
    );
    const it = await eventually('it is in sync', async () => {
      const now = await agent();
      return now.remoteConfig.inSync === true &&
        Object.values(now.effectiveConfig?.files ?? {}).some(({ body }) => body.includes('debug/changed'))
        ? now
        : undefined;
    });
    expect(it.remoteConfig.status).toBe('applied');
    expect(it.health?.healthy).toBe(true);
    expect(await collectors()).toHaveLength(1);
  });

  test("a broken configuration is refused with the Collector's message and the old one keeps running", async () => {
    const [before] = await collectors();
    const good = (await server.api.getConfig('walkthrough')).body;
    await server.api.putConfig('walkthrough', {
      body: good.replace('verbosity: detailed', 'verbosity: loud'),
    });
    const rollout = await server.api.createRollout({
      target: { kind: 'config', name: 'walkthrough' },
      selector: '',
    });
    const failed = await eventually('the rollout failed', async () => {
      const now = await server.api.getRollout(rollout.id);
      return now.state === 'failed' ? now : undefined;
    });
    expect(failed.counts).toMatchObject({ matched: 1, failed: 1, applied: 0 });
    const it = await agent();
    expect(it.remoteConfig.status).toBe('failed');
    expect(it.remoteConfig.errorMessage).toContain('loud');
    expect(it.health?.healthy).toBe(true);
    expect(await collectors()).toEqual([before]);
    expect(await metrics()).toContain('debug/changed');
    await ui.page.goto(`${server.httpUrl}/rollouts/${rollout.id}`);
    await ui.page.getByText('loud').first().waitFor();

    const again = await server.api.createRollout({
      target: { kind: 'config', name: 'walkthrough' },
      selector: '',
    });
    await eventually(
      'rolled out again, it failed again',
      async () => (await server.api.getRollout(again.id)).state === 'failed',
    );
    expect(await collectors()).toEqual([before]);
  });

  test('a supervisor killed with -9 leaves its Collector collecting and the next one adopts it', async () => {
    const [before] = await collectors();
    await supervisor.end('SIGKILL');
    await eventually('the server noticed', async () => (await agent()).connection.state === 'disconnected');
    expect(await metrics()).toContain('debug/changed');
    supervisor = await startSupervisor({ folder: folder.path, collector: COLLECTOR, keepFiles: true });
    await eventually('the agent is back under its uid and healthy', async () => {
      const now = await agent();
      return now.connection.state === 'connected' && now.health?.healthy === true;
    });
    expect(await collectors()).toEqual([before]);
    expect((await server.api.listAgents()).total).toBe(1);
  });

  test('a second supervisor on the same folder refuses to start', async () => {
    const second = await startSupervisor({ folder: folder.path, collector: COLLECTOR, keepFiles: true });
    await eventually('it ended', () => second.hasExited);
    expect(second.child.exitCode).toBeGreaterThan(0);
    expect(second.stderr).toMatch(/storage/);
    expect(await collectors()).toHaveLength(1);
  });

  test('the supervisor stopped, no process is left', async () => {
    expect(await supervisor.end('SIGTERM')).toBe(0);
    expect(await collectors()).toEqual([]);
    await eventually('the server noticed', async () => (await agent()).connection.state === 'disconnected');
  });

  test('the console complained of nothing', () => {
    expect(ui.complaints).toEqual([]);
  });

  test('the server ends with 0 on SIGTERM', async () => {
    await writeFile(join(folder.path, 'server.log'), server.program.stderr);
    expect(await server.program.end('SIGTERM')).toBe(0);
    expect(server.program.stdout.trim().split('\n')).toHaveLength(1);
  });
});
