import { beforeAll, expect, test } from 'vitest';
import { consoleBench } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 3;
const BODY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp: {endpoint: "gw:4317"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}
`;

describeWithBrowser('history in the console', () => {
  const bench = consoleBench('console-history');
  let uid: string;

  async function rollOut(revision: number, message: string): Promise<void> {
    const { api } = bench.server;
    const target = { kind: 'config', name: 'edge', revision } as const;
    const { id } = await api.createRollout({ target, selector: '', message });
    await eventually('it is over', async () => (await api.getRollout(id)).state === 'succeeded');
  }

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--http', '0', '--read-only', '0', '--fail-rate', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: BODY, message: 'the first one' });
    await rollOut(1, 'a start');
    await api.putConfig('edge', { body: BODY.replace('gw', 'gw2'), message: 'gateway moved' });
    await rollOut(2, 'the old gateway goes');
    uid = (await api.listAgents({ limit: 1 })).items[0]?.instanceUid ?? '';
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const ui = await bench.signedIn({ width, colorScheme });
      const found = await bench.judgedPages(ui, [
        ['configuration', '/configs/edge?tab=history', 'the old gateway goes'],
        ['agent', `/agents/${uid}?tab=history`, 'intended now'],
      ]);
      expect(found).toEqual([]);
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
    });
  }

  test('an agent goes back to an earlier stack in one click and its preview, and the history has that too', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, `/agents/${uid}?tab=history`);
    await page.getByText('a start').waitFor();
    await page.getByRole('link', { name: 'Back to this: edge r1' }).first().click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('only here');
    await page.getByRole('button', { name: 'Roll out to 1 agent' }).click();
    await page.waitForURL(/\/rollouts\/[0-9a-z]{26}$/);
    const { api } = bench.server;
    await eventually('it runs r1 again', async () => {
      const { remoteConfig } = await api.getAgent(uid);
      return remoteConfig.desired?.configs[0]?.revision === 1 && remoteConfig.syncState === 'in_sync';
    });
    await bench.open(page, `/agents/${uid}?tab=history`);
    await page.getByText('only here').waitFor();
    await context.close();
  });

  test('a configuration goes back to an earlier revision wherever it is used, after its preview', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs/edge?tab=history');
    await page.getByText('gateway moved').waitFor();
    await page.getByText(`${AGENTS - 1} of ${AGENTS} agents applied it, 1 superseded since`).waitFor();
    await page.getByRole('link', { name: 'Back to r1' }).click();
    await page.getByRole('button', { name: `Roll out to ${AGENTS - 1} agents` }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Roll out again: r2 to the same agents' }).click();
    await page.getByRole('button', { name: 'Roll out to 1 agent' }).waitFor();
    expect((await bench.server.api.listRollouts()).total, 'nothing was started').toBe(3);
    await context.close();
  });
});
