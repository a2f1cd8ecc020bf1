import { createOpampClient, memoryStateStore, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleBench, goByKeys, judged } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const WAITING = 8;
const SHARING = 3;

describeWithBrowser('who may connect, in the console', () => {
  const bench = consoleBench('console-connections', { env: { DROVER_AGENTS_ENROLMENT: 'approval' } });
  let own: OpampClient;

  beforeAll(async () => {
    const { api } = bench.server;
    const { token } = await api.createEnrolmentToken({ name: 'trusted-image', autoApprove: true });
    bench.simulate(WAITING, ['--seed', '3']);
    bench.simulate(SHARING, ['--seed', '4', '--token', token]);
    own = createOpampClient({
      url: bench.server.opampUrl,
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
  });
  afterAll(async () => {
    await own?.stop();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: axe finds nothing on pages and dialogs, and nothing overflows`, async () => {
        const ui = await bench.signedIn({ width, height: 900, colorScheme });
        const [waiting] = (await bench.server.api.listAgents({ enrolment: ['pending'], limit: 1 })).items;
        const found = await bench.judgedPages(ui, [
          ['fleet with agents that wait', '/agents', 'waiting for approval'],
          ['fleet by credential', '/agents?credential=shared', 'Credential: shared token'],
          ['waiting', '/connections', 'Approve all'],
          ['tokens', '/connections?tab=tokens', 'trusted-image'],
          ['credentials', '/connections?tab=credentials', 'In use'],
          ['credentials, none', '/connections?tab=credentials&state=failed', 'No credentials in this state'],
          ['agent that waits', `/agents/${waiting?.instanceUid}`, 'The agent may report'],
          [
            'agent, connection',
            `/agents/${own.instanceUid}?tab=connection`,
            'which is valid for no other agent',
          ],
        ]);
        await bench.open(ui.page, '/connections');
        await ui.page.getByRole('button', { name: 'Reject all' }).click();
        await ui.page.getByRole('dialog').getByText('disconnected at once').waitFor();
        found.push(...(await judged(ui, 'rejection')));
        await ui.page.keyboard.press('Escape');
        await ui.page.getByRole('button', { name: 'New enrolment token' }).click();
        await ui.page.getByRole('dialog').getByLabel('Name').waitFor();
        found.push(...(await judged(ui, 'new token')));
        expect(found).toEqual([]);
        expect(ui.complaints).toEqual([]);
        await ui.context.close();
      });
    }
  }

  test('agents are chosen, approved and rejected by their number, and a decision is taken back on the agent’s page', async () => {
    const { page, context } = await bench.signedIn();
    await page.getByRole('link', { name: `Connections ${WAITING} waiting for approval` }).click();
    await page.getByRole('button', { name: `Approve all ${WAITING} agents` }).waitFor();
    for (const at of [0, 1]) await page.getByRole('checkbox').nth(at).check();
    await page.getByRole('button', { name: 'Approve 2 agents' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('get what is intended for them').waitFor();
    expect((await bench.server.api.stats()).enrolment.pending, 'nothing before the answer').toBe(WAITING);
    await dialog.getByRole('button', { name: 'Approve 2 agents' }).click();
    await page.getByRole('button', { name: `Approve all ${WAITING - 2} agents` }).waitFor();
    expect((await bench.server.api.stats()).enrolment).toMatchObject({ pending: WAITING - 2, rejected: 0 });

    await page.getByRole('checkbox').first().focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Reject 1 agent' }).click();
    await dialog.getByRole('button', { name: 'Reject 1 agent' }).click();
    const [rejected] = await eventually('one is rejected, and its link ended', async () => {
      const { items } = await bench.server.api.listAgents({ enrolment: ['rejected'] });
      return items.length === 1 && items[0]?.connection.state === 'disconnected' && items;
    });

    await page.getByRole('link', { name: 'Rejected or revoked 1' }).click();
    await page.getByRole('button', { name: 'Enrolment: rejected or revoked ×' }).waitFor();
    await page.locator('a[data-row-link]').first().click();
    await page.getByRole('button', { name: 'Approve again' }).click();
    await dialog.getByRole('button', { name: 'Approve 1 agent' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('It was rejected').waitFor({ state: 'detached' });
    expect((await bench.server.api.getAgent(rejected?.instanceUid ?? '')).enrolment.state).toBe('approved');
    await context.close();
  });

  test('a token is made and shown this once, and deleting one says whom that disconnects', async () => {
    const { page, context } = await bench.signedIn();
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    await goByKeys(page, 'gn', '/connections');
    await page.getByRole('tab', { name: 'Enrolment tokens' }).click();
    await page.getByRole('button', { name: 'New enrolment token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('edge-sites');
    await dialog.getByLabel('Expires').selectOption('7');
    await dialog.getByRole('checkbox', { name: 'Approve agents that connect with it automatically' }).check();
    await dialog.getByRole('button', { name: 'Create token' }).click();
    const secret = (await dialog.getByText(/^drv_enrol_/).textContent()) ?? '';
    const made = (await bench.server.api.listEnrolmentTokens()).items.find(
      ({ name }) => name === 'edge-sites',
    );
    expect(made).toMatchObject({ autoApprove: true, lastUsedAt: null });
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('link', { name: 'edge-sites' }).waitFor();
    expect(await page.content()).not.toContain(secret);

    await page.getByRole('button', { name: 'Delete trusted-image' }).click();
    await dialog.getByText(`${SHARING} agents are connected with it`).waitFor();
    await dialog.getByRole('button', { name: `Delete token, disconnect ${SHARING} agents` }).click();
    await page.getByRole('link', { name: 'trusted-image' }).waitFor({ state: 'detached' });
    await eventually('those that shared it are disconnected', async () => {
      const { state } = await bench.server.api.stats({ credential: ['shared'] });
      return state.connected === 0 && state.disconnected === SHARING;
    });
    expect((await bench.server.api.getAgent(own.instanceUid)).connection.state).toBe('connected');
    await context.close();
  });

  test('a credential is rotated and its agent revoked where it is shown', async () => {
    const { page, context } = await bench.signedIn();
    const uid = own.instanceUid;
    await bench.open(page, '/connections?tab=credentials');
    await page.getByRole('link', { name: 'gateway' }).click();
    await page.waitForURL(`**/agents/${uid}?tab=connection`);
    await page.getByRole('button', { name: 'Rotate credential' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Rotate credentials of 1 agent' }).click();
    await eventually('the next one is in use', async () => {
      const { items } = await bench.server.api.agentCredentials(uid);
      return items.length === 1 && items[0]?.createdBy === 'admin' && items[0].state === 'active';
    });
    await page.getByText('by admin').first().waitFor();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByText('refused, whatever credential they use').waitFor();
    await dialog.getByRole('button', { name: 'Revoke 1 agent' }).click();
    await page.getByText('It was revoked').waitFor();
    const agent = await bench.server.api.getAgent(uid);
    expect([agent.connection.state, agent.enrolment.state]).toEqual(['disconnected', 'revoked']);
    await context.close();
  });
});
