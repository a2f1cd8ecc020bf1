import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser, type WatchedPage } from './support/browser.ts';
import { axeFindings, overflowPx, startSimulator } from './support/console-page.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = `receivers:
  otlp:
    protocols:
      grpc: {}
exporters:
  debug:
    verbosity: basic
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`;
const AGENTS = 60;

/** Each page with the words that tell that it is there with its data. */
const PAGES: readonly (readonly [name: string, path: (ids: Ids) => string, word: string])[] = [
  ['fleet', () => '/agents', `${AGENTS} agents`],
  ['fleet, narrowed to nothing', () => '/agents?q=nothing-like-this', 'No agent matches'],
  ['fleet, selector that does not parse', () => '/agents?q=os.type==linux', 'column'],
  ['agent, overview', ({ agent }) => `/agents/${agent}`, 'Capabilities'],
  ['agent, configuration', ({ agent }) => `/agents/${agent}?tab=configuration`, 'line by line'],
  ['agent, timeline', ({ agent }) => `/agents/${agent}?tab=timeline`, 'Configuration offered'],
  [
    'agent that failed',
    ({ failed }) => `/agents/${failed}?tab=configuration`,
    'It refused its configuration',
  ],
  [
    'agent that is not there',
    () => '/agents/01900000-0000-7000-8000-000000000000',
    'Drover knows no such agent',
  ],
  ['configurations', () => '/configs', 'edge'],
  ['configuration, editor', () => '/configs/edge', 'verbosity'],
  ['configuration, revisions', () => '/configs/edge?tab=revisions', 'From r1 to r2'],
  ['configuration, agents', () => '/configs/edge?tab=agents', 'By revision'],
  ['configuration, rollouts', () => '/configs/edge?tab=rollouts', 'edge r2'],
  ['new configuration', () => '/new-configuration', 'verbosity'],
  ['rollouts', () => '/rollouts', 'edge r2'],
  ['rollout', ({ rollout }) => `/rollouts/${rollout}`, 'could not apply it'],
  ['new rollout', () => '/rollouts/new?config=edge', `${AGENTS} agents match`],
  ['not found', () => '/nothing/here', 'There is no such page'],
];

interface Ids {
  readonly agent: string;
  readonly failed: string;
  readonly rollout: string;
}

describeWithBrowser('each page of the console', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RunningServer;
  let fleet: Program;
  let chromium: OpenBrowser;
  let ids: Ids;

  beforeAll(async () => {
    folder = await temporaryFolder('console-pages');
    server = await startServer({ dataDir: folder.path });
    const { api } = server;
    fleet = startSimulator(server.opampUrl, AGENTS, [
      '--fail-rate',
      '0.3',
      '--apply-delay',
      '200ms',
      '--http',
      '0',
    ]);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: BODY, description: 'Gateways at the edge' });
    await api.putConfig('edge', { body: BODY.replace('basic', 'detailed') });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('the rollout has ended', async () => (await api.getRollout(id)).endedAt !== null);
    const [applied] = (await api.listAgents({ sync: ['in_sync'], limit: 1 })).items;
    const [failed] = (await api.listAgents({ sync: ['failed'], limit: 1 })).items;
    if (applied === undefined || failed === undefined)
      throw new Error('the simulator made no agent of each kind');
    ids = { agent: applied.instanceUid, failed: failed.instanceUid, rollout: id };
    chromium = await openBrowser();
  });
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await fleet?.end('SIGTERM');
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  async function signedIn(options: Parameters<OpenBrowser['newPage']>[0]): Promise<WatchedPage> {
    const ui = await chromium.newPage(options);
    // A page is judged as it stands, not on the way there.
    await ui.page.emulateMedia({ reducedMotion: 'reduce' });
    await ui.page.goto(`${server.httpUrl}/login`);
    await ui.page.getByLabel('Admin token').fill(server.token);
    await ui.page.getByRole('button', { name: 'Log in' }).click();
    await ui.page.waitForURL('**/agents');
    return ui;
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows, nothing is refused or asked of another host`, async () => {
        const ui = await signedIn({ width, height: 900, colorScheme });
        const found: string[] = [];
        for (const [name, path, word] of PAGES) {
          await ui.page.goto(`${server.httpUrl}${path(ids)}`);
          await ui.page.getByText(word).first().waitFor();
          // Placeholders give way and fades end before the page is judged.
          const loading = ui.page.getByRole('status', { name: 'Loading' });
          await eventually('nothing loads', async () => (await loading.count()) === 0);
          found.push(...(await axeFindings(ui.page)).map((finding) => `${name}: ${finding}`));
          const tooWide = await overflowPx(ui.page);
          if (tooWide > 0) found.push(`${name}: ${tooWide} px wider than the window`);
        }
        expect(found).toEqual([]);
        // The selector and the agent that are wrong on purpose are answered 400 and 404, which the browser reports.
        expect(ui.complaints.filter((complaint) => !/status of 40[04]/.test(complaint))).toEqual([]);
        await ui.context.close();
      });
    }
  }

  test('the login and its refusal, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, context } = await chromium.newPage({ width: 390, colorScheme });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(`${server.httpUrl}/login?token=drl_used-already`);
      await page.getByRole('alert').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await context.close();
    }
  });

  test('the first page is at most 250 kB of scripts and styles, compressed', async () => {
    const { page, context } = await chromium.newPage();
    await page.goto(`${server.httpUrl}/login`);
    await page.getByLabel('Admin token').fill(server.token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    const urls = (await page.evaluate(
      "performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => /\\.(js|css)$/.test(name))",
    )) as string[];
    const { gzipSync } = await import('node:zlib');
    let bytes = 0;
    for (const url of urls) bytes += gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length;
    expect(urls.length).toBeGreaterThan(2);
    expect(bytes).toBeLessThan(250_000);
    await context.close();
  });
});
