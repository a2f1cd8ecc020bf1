import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from './support/browser.ts';
import { startSimulator } from './support/console-page.ts';
import { judged, signedIn } from './support/console-session.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 3;
const BODY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "gw:4317"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;

describeWithBrowser('history in the console', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RunningServer;
  let fleet: Program;
  let chromium: OpenBrowser;
  let uid: string;

  async function rollOut(revision: number, message: string): Promise<void> {
    const { api } = server;
    const target = { kind: 'config', name: 'edge', revision } as const;
    const { id } = await api.createRollout({ target, selector: '', message });
    await eventually('it is over', async () => (await api.getRollout(id)).state === 'succeeded');
  }

  beforeAll(async () => {
    folder = await temporaryFolder('console-history');
    server = await startServer({ dataDir: folder.path });
    const { api } = server;
    fleet = startSimulator(server.opampUrl, AGENTS, ['--http', '0', '--read-only', '0', '--fail-rate', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: BODY, message: 'the first one' });
    await rollOut(1, 'a start');
    await api.putConfig('edge', { body: BODY.replace('gw', 'gw2'), message: 'gateway moved' });
    await rollOut(2, 'the old gateway goes');
    uid = (await api.listAgents({ limit: 1 })).items[0]?.instanceUid ?? '';
    chromium = await openBrowser();
  });
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await fleet?.end('SIGTERM');
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const ui = await signedIn(chromium, server, { width, colorScheme });
      const found: string[] = [];
      for (const [name, path, word] of [
        ['configuration', '/configs/edge?tab=history', 'the old gateway goes'],
        ['agent', `/agents/${uid}?tab=history`, 'which it is to run now'],
      ] as const) {
        await ui.page.goto(`${server.httpUrl}${path}`);
        await ui.page.getByText(word).first().waitFor();
        found.push(...(await judged(ui, name)));
      }
      expect(found).toEqual([]);
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
    });
  }

  test('an agent goes back to an earlier stack in one click and its preview, and the history has that too', async () => {
    const { page, context } = await signedIn(chromium, server);
    await page.goto(`${server.httpUrl}/agents/${uid}?tab=history`);
    await page.getByText('a start').waitFor();
    await page.getByRole('link', { name: 'Back to this: edge r1' }).first().click();
    await page.getByRole('textbox', { name: 'Why' }).fill('only here');
    await page.getByRole('button', { name: 'Roll out to 1 agent' }).click();
    await page.waitForURL(/\/rollouts\/[0-9a-z]{26}$/);
    const { api } = server;
    await eventually('it runs r1 again', async () => {
      const { remoteConfig } = await api.getAgent(uid);
      return remoteConfig.desired?.configs[0]?.revision === 1 && remoteConfig.syncState === 'in_sync';
    });
    await page.goto(`${server.httpUrl}/agents/${uid}?tab=history`);
    await page.getByText('only here').waitFor();
    await context.close();
  });

  test('a configuration goes back to an earlier revision wherever it is used, after its preview', async () => {
    const { page, context } = await signedIn(chromium, server);
    await page.goto(`${server.httpUrl}/configs/edge?tab=history`);
    await page.getByText('gateway moved').waitFor();
    await page.getByText(`${AGENTS - 1} of ${AGENTS} agents applied it, 1 taken over since`).waitFor();
    await page.getByRole('link', { name: 'Back to r1' }).click();
    await page.getByRole('button', { name: `Roll out to ${AGENTS - 1} agents` }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Roll out r2 to the same agents again' }).click();
    await page.getByRole('button', { name: 'Roll out to 1 agent' }).waitFor();
    expect((await server.api.listRollouts()).total, 'nothing was started').toBe(3);
    await context.close();
  });
});
