import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser, type WatchedPage } from './support/browser.ts';
import { axeFindings, overflowPx, startSimulator } from './support/console-page.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const WAITING = 8;
const SHARING = 3;

describeWithBrowser('who may connect, in the console', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RunningServer;
  let chromium: OpenBrowser;
  let own: OpampClient;
  const fleets: Program[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder('console-connections');
    server = await startServer({ dataDir: folder.path, env: { DROVER_AGENTS_ENROLMENT: 'approval' } });
    const { api } = server;
    const { token } = await api.createEnrolmentToken({ name: 'trusted-image', autoApprove: true });
    fleets.push(startSimulator(server.opampUrl, WAITING, ['--seed', '3']));
    fleets.push(startSimulator(server.opampUrl, SHARING, ['--seed', '4', '--token', token]));
    own = createOpampClient({
      url: server.opampUrl,
      stateStore: memoryStateStore(),
      headers: { Authorization: `Bearer ${token}` },
      description: { identifying: { 'service.name': 'gateway' }, nonIdentifying: { 'host.name': 'web-1' } },
      capabilities: [
        'ReportsStatus',
        'AcceptsRemoteConfig',
        'ReportsHeartbeat',
        'AcceptsOpAMPConnectionSettings',
        'ReportsConnectionSettingsStatus',
      ],
    });
    own.start();
    await eventually('everybody stands as meant', async () => {
      const { enrolment, credential } = await api.stats();
      return enrolment.pending === WAITING && credential.shared === SHARING && credential.own === 1;
    });
    chromium = await openBrowser();
  });
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await own?.stop();
    for (const fleet of fleets) await fleet.end('SIGTERM');
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  async function signedIn(options: Parameters<OpenBrowser['newPage']>[0] = {}): Promise<WatchedPage> {
    const ui = await chromium.newPage(options);
    await ui.page.emulateMedia({ reducedMotion: 'reduce' });
    await ui.page.goto(`${server.httpUrl}/login`);
    await ui.page.getByLabel('Admin token').fill(server.token);
    await ui.page.getByRole('button', { name: 'Log in' }).click();
    await ui.page.waitForURL('**/agents');
    return ui;
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: axe finds nothing on pages and dialogs, and nothing overflows`, async () => {
        const ui = await signedIn({ width, height: 900, colorScheme });
        const found: string[] = [];
        const judge = async (name: string) => {
          found.push(...(await axeFindings(ui.page)).map((finding) => `${name}: ${finding}`));
          const tooWide = await overflowPx(ui.page);
          if (tooWide > 0) found.push(`${name}: ${tooWide} px wider than the window`);
        };
        const [waiting] = (await server.api.listAgents({ enrolment: ['pending'], limit: 1 })).items;
        for (const [name, path, word] of [
          ['fleet with agents that wait', '/agents', 'waiting for approval'],
          ['fleet by credential', '/agents?credential=shared', 'Credential: shared token'],
          ['waiting', '/connections', 'Approve all'],
          ['tokens', '/connections?tab=tokens', 'trusted-image'],
          ['credentials', '/connections?tab=credentials', 'In use'],
          ['credentials, none', '/connections?tab=credentials&state=failed', 'No such credential'],
          ['agent that waits', `/agents/${waiting?.instanceUid}`, 'It waits for approval'],
          [
            'agent, connection',
            `/agents/${own.instanceUid}?tab=connection`,
            'which serves for no other agent',
          ],
        ] as const) {
          await ui.page.goto(`${server.httpUrl}${path}`);
          await ui.page.getByText(word).first().waitFor({ state: 'attached' });
          const loading = ui.page.getByRole('status', { name: 'Loading' });
          await eventually('nothing loads', async () => (await loading.count()) === 0);
          await judge(name);
        }
        await ui.page.goto(`${server.httpUrl}/connections`);
        await ui.page.getByRole('button', { name: 'Reject all' }).click();
        await ui.page.getByRole('dialog').getByText('disconnected at once').waitFor();
        await judge('rejection');
        await ui.page.keyboard.press('Escape');
        await ui.page.getByRole('button', { name: 'New enrolment token' }).click();
        await ui.page.getByRole('dialog').getByLabel('Name').waitFor();
        await judge('new token');
        expect(found).toEqual([]);
        expect(ui.complaints).toEqual([]);
        await ui.context.close();
      });
    }
  }

  test('agents are chosen, approved and rejected by their number, and a decision is taken back on the agent’s page', async () => {
    const { page, context } = await signedIn();
    await page.getByRole('link', { name: `Connections ${WAITING} waiting for approval` }).click();
    await page.getByRole('button', { name: `Approve all ${WAITING} agents` }).waitFor();
    for (const at of [0, 1]) await page.getByRole('checkbox').nth(at).check();
    await page.getByRole('button', { name: 'Approve 2 agents' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('given what is meant for them').waitFor();
    expect((await server.api.stats()).enrolment.pending, 'nothing before the answer').toBe(WAITING);
    await dialog.getByRole('button', { name: 'Approve 2 agents' }).click();
    await page.getByRole('button', { name: `Approve all ${WAITING - 2} agents` }).waitFor();
    expect((await server.api.stats()).enrolment).toMatchObject({ pending: WAITING - 2, rejected: 0 });

    await page.getByRole('checkbox').first().focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Reject 1 agent' }).click();
    await dialog.getByRole('button', { name: 'Reject 1 agent' }).click();
    const [rejected] = await eventually('one is rejected, and its link ended', async () => {
      const { items } = await server.api.listAgents({ enrolment: ['rejected'] });
      return items.length === 1 && items[0]?.connection.state === 'disconnected' && items;
    });

    await page.getByRole('link', { name: 'Rejected or revoked 1' }).click();
    await page.getByRole('button', { name: 'Enrolment: rejected or revoked ×' }).waitFor();
    await page.locator('a[data-row-link]').first().click();
    await page.getByRole('button', { name: 'Approve again' }).click();
    await dialog.getByRole('button', { name: 'Approve 1 agent' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('It was rejected').waitFor({ state: 'detached' });
    expect((await server.api.getAgent(rejected?.instanceUid ?? '')).enrolment.state).toBe('approved');
    await context.close();
  });

  test('a token is made and shown this once, and deleting one says whom that disconnects', async () => {
    const { page, context } = await signedIn();
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    // A busy machine may take longer between the two keys than belong together.
    await eventually('the keys lead to the connections', async () => {
      await page.keyboard.press('g');
      await page.keyboard.press('n');
      return new URL(page.url()).pathname.endsWith('/connections');
    });
    await page.getByRole('tab', { name: 'Enrolment tokens' }).click();
    await page.getByRole('button', { name: 'New enrolment token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('edge-sites');
    await dialog.getByLabel('Expires').selectOption('7');
    await dialog.getByRole('checkbox', { name: 'approved at once' }).check();
    await dialog.getByRole('button', { name: 'Make token' }).click();
    const secret = (await dialog.getByText(/^drv_enrol_/).textContent()) ?? '';
    const made = (await server.api.listEnrolmentTokens()).items.find(({ name }) => name === 'edge-sites');
    expect(made).toMatchObject({ autoApprove: true, lastUsedAt: null });
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('link', { name: 'edge-sites' }).waitFor();
    expect(await page.content()).not.toContain(secret);

    await page.getByRole('button', { name: 'Delete trusted-image' }).click();
    await dialog.getByText(`${SHARING} agents are connected by it`).waitFor();
    await dialog.getByRole('button', { name: `Delete token, disconnect ${SHARING} agents` }).click();
    await page.getByRole('link', { name: 'trusted-image' }).waitFor({ state: 'detached' });
    await eventually('those that shared it are disconnected', async () => {
      const { state } = await server.api.stats({ credential: ['shared'] });
      return state.connected === 0 && state.disconnected === SHARING;
    });
    expect((await server.api.getAgent(own.instanceUid)).connection.state).toBe('connected');
    await context.close();
  });

  test('a credential is rotated and its agent revoked where it is shown', async () => {
    const { page, context } = await signedIn();
    const uid = own.instanceUid;
    await page.goto(`${server.httpUrl}/connections?tab=credentials`);
    await page.getByRole('link', { name: 'gateway' }).click();
    await page.waitForURL(`**/agents/${uid}?tab=connection`);
    await page.getByRole('button', { name: 'Rotate credential' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Rotate credentials of 1 agent' }).click();
    await eventually('the next one is in use', async () => {
      const { items } = await server.api.agentCredentials(uid);
      return items.length === 1 && items[0]?.createdBy === 'admin' && items[0].state === 'active';
    });
    await page.getByText('by admin').first().waitFor();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByText('refused whatever they come by').waitFor();
    await dialog.getByRole('button', { name: 'Revoke 1 agent' }).click();
    await page.getByText('It was revoked').waitFor();
    const agent = await server.api.getAgent(uid);
    expect([agent.connection.state, agent.enrolment.state]).toEqual(['disconnected', 'revoked']);
    await context.close();
  });
});
