import type { OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  collectorBody,
  deepHealth,
  failedRollout,
  startBoardAgent,
  startMuteAgent,
} from './support/board-fleet.ts';
import { consoleBench } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 8;

describeWithBrowser('the board of a rollout and the page of an agent', () => {
  const bench = consoleBench('console-board');
  let agents: OpampClient[] = [];
  let mute: OpampClient;
  let failed = '';
  const uid = (place: number) => agents[place]?.instanceUid ?? '';

  beforeAll(async () => {
    const { api, opampUrl } = bench.server;
    agents = Array.from({ length: AGENTS }, (_, place) =>
      startBoardAgent(opampUrl, place, place < 2 ? 'canary' : 'rest'),
    );
    mute = startMuteAgent(opampUrl);
    await eventually('all are there', async () => (await api.stats()).state.connected === AGENTS + 1);
    await api.putConfig('edge', { body: collectorBody(['otlp/a']) });
    await api.putConfig('site', { body: 'exporters: {otlp/a: {timeout: 3s}}\n' });
    const stack = [{ name: 'edge' }, { name: 'site' }];
    const first = await api.createRollout({
      target: { kind: 'config', configs: stack },
      selector: 'service.name=edge-7',
    });
    const { id } = await api.createRollout({
      target: { kind: 'config', name: 'edge' },
      selector: 'service.name in (edge-0,edge-1,edge-2,edge-3,edge-4,edge-5)',
    });
    for (const each of [first.id, id])
      await eventually('it is through', async () => (await api.getRollout(each)).state === 'succeeded');
    failed = await failedRollout(api);
    await eventually('it has failed', async () => (await api.getRollout(failed)).state === 'failed');
    agents[5]?.setHealth(deepHealth());
    await eventually('one is unhealthy', async () => (await api.stats()).health.unhealthy === 1);
  });
  afterAll(async () => {
    await Promise.all([...agents, mute].map((agent) => agent?.stop()));
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const ui = await bench.signedIn({ width, colorScheme });
      const found = await bench.judgedPages(ui, [
        ['failed rollout', `/rollouts/${failed}`, 'unknown exporter'],
        ['preview by group', '/rollouts/new?config=edge&preview=now', 'Changes by group of agents'],
        ['unhealthy agent', `/agents/${uid(5)}`, 'connection refused by gw:4317'],
        ['mute agent', `/agents/${mute.instanceUid}`, 'It has never reported a description'],
        ['compared', `/agents/${uid(0)}?tab=configuration&from=delivered`, 'line by line'],
        ['timeline', `/agents/${uid(0)}?tab=timeline&events=configuration`, 'Configuration failed'],
        ['connection', `/agents/${uid(0)}?tab=connection`, 'Own credentials'],
      ]);
      expect(found).toEqual([]);
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
    });
  }

  test('the wizard takes a selector of several terms for a wave, says whom it has, and groups the change', async () => {
    const { page, context, complaints } = await bench.signedIn();
    await bench.open(page, '/rollouts/new?config=edge&selector=os.type%3Dlinux');
    await page.getByLabel('In waves, each judged before the next').check();
    await page.getByRole('textbox', { name: 'Wave 1' }).fill('ring=canary, service.name in (edge-0,edge-3)');
    await page.getByText('1 agent of the rollout today').waitFor();
    await page.getByRole('textbox', { name: 'Wave 2' }).fill('two');
    await page.getByText('Enter a number of agents, a percentage such as 10%').waitFor();
    expect(await page.getByRole('button', { name: 'Preview' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Wave 2' }).fill('25%');
    await page.getByRole('button', { name: 'Add a wave' }).click();
    await page.getByRole('textbox', { name: 'Wave 3' }).fill('1');
    await page.getByRole('button', { name: 'Remove wave 2' }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    // Five are to run it already and failed on it; one runs the first revision, one a stack, one nothing.
    const groups = page.getByRole('list').filter({ hasText: 'their first configuration' });
    await groups.getByText('+1 exporter, changed batch, 1 pipeline rewired').first().click();
    await page.getByText('processor batch').first().waitFor();
    await page
      .getByRole('button', { name: /^Line by line, for edge-/ })
      .first()
      .click();
    await page.getByText('Would run', { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a failed rollout shows its errors grouped and first, and what happened to it', async () => {
    const { page, context, complaints } = await bench.signedIn();
    await bench.open(page, `/rollouts/${failed}`);
    const errors = page.getByRole('region', { name: '5 agents failed, by error' });
    const items = errors.getByRole('listitem');
    await items.first().getByText('3 agents').waitFor();
    expect(await items.first().textContent()).toContain('unknown exporter "nope"');
    // Agents of one kind have one name: the end of the uid tells them apart.
    const named = await items.first().getByRole('link').allTextContents();
    const titles = [0, 1, 2].map((place) => `edge-${place} …${uid(place).slice(-4)}`);
    expect(named.filter((name) => !titles.includes(name))).toEqual([]);
    expect(new Set(named).size).toBeGreaterThan(1);
    expect(await items.nth(1).textContent()).toContain('2 agents');
    expect(await items.nth(1).textContent()).toContain('2 variants');
    const story = page.getByRole('list', { name: 'Events of the rollout' });
    await story.getByText('by admin · second backend').waitFor();
    await page.getByRole('button', { name: 'Retry failed', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry on 5 agents' }).click();
    await story.getByText('Retried').waitFor();
    await eventually('it failed again', async () => (await story.getByText('Failed').count()) >= 2);
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back 5 agents' }).click();
    await story.getByText('Rolled back').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('anywhere in the console one sees that a rollout waits for somebody, and who paused it', async () => {
    const { api } = bench.server;
    const { page, context } = await bench.signedIn();
    const { id } = await api.createRollout({
      target: { kind: 'config', name: 'edge', revision: 1 },
      selector: 'service.name=edge-6',
      strategy: { kind: 'waves', waves: [{ count: 1, approval: true }] },
    });
    await bench.open(page, '/configs');
    await page.getByRole('link', { name: /1 rollout paused/ }).click();
    await page.waitForURL(`**/rollouts/${id}`);
    const story = page.getByRole('list', { name: 'Events of the rollout' });
    await story.getByText('Waiting for approval').waitFor();
    await page.getByRole('button', { name: 'Abort', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Abort: \d+ agents? never gets? it$|^End rollout$/ })
      .click();
    await story.getByText('Aborted').waitFor();
    await page.getByRole('link', { name: /rollout paused/ }).waitFor({ state: 'detached' });
    await context.close();
  });

  test('a whole stack of several configurations is gone back to', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs/site?tab=history');
    await page.getByRole('link', { name: 'Back to this stack: edge r1, site r1' }).click();
    await page.waitForURL('**/rollouts/new?stack=edge@1,site@1**');
    await page.getByRole('button', { name: 'Start as a standing rollout' }).waitFor();
    await context.close();
  });

  test('what an agent received, is to run and runs are compared in any pair, with who assigned it', async () => {
    const { api } = bench.server;
    const { page, context, complaints } = await bench.signedIn();
    const { id } = await api.createRollout({
      target: { kind: 'config', name: 'edge' },
      selector: 'service.name=edge-1',
      message: 'once more',
    });
    await eventually('it failed', async () => (await api.getRollout(id)).state === 'failed');
    await bench.open(page, `/agents/${uid(1)}?tab=configuration`);
    const intended = page.getByRole('region', { name: 'Intended', exact: true });
    await intended.getByText('by admin').waitFor();
    await intended.getByText('once more').waitFor();
    await intended.getByText('unknown exporter "nope"').waitFor();
    await page.getByRole('region', { name: 'Intended and effective, line by line' }).waitFor();
    await page.getByText('exporter nope').first().waitFor();
    await page.getByRole('combobox', { name: 'with' }).selectOption('delivered');
    await page.waitForURL('**to=delivered**');
    await page.getByText('No differences.').waitFor();
    await page.getByText('the intended one, by its hash').waitFor();

    // What has no pipelines says so where they would stand.
    await api.putConfig('bare', { body: 'exporters: {otlp/a: {timeout: 3s}}\n' });
    const bare = await api.createRollout({
      target: { kind: 'config', name: 'bare' },
      selector: 'service.name=edge-7',
    });
    await eventually('it runs that', async () => (await api.getRollout(bare.id)).state === 'succeeded');
    await bench.open(page, `/agents/${uid(7)}?tab=configuration`);
    const effective = page.getByRole('region', { name: 'Effective', exact: true });
    await effective.getByText('a file without a name').waitFor();
    const pipelines = page.getByRole('region', { name: 'Effective pipelines' });
    await pipelines.getByText('None to draw: the text has no pipelines under service::pipelines.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the policy of its rollout says what is done where the agent drifts', async () => {
    const { api } = bench.server;
    const { page, context } = await bench.signedIn();
    await api.putConfig('own', { body: collectorBody(['otlp/b']) });
    const target = { kind: 'config', name: 'own' } as const;
    const selector = 'service.name=edge-4';
    const { id } = await api.createRollout({ target, selector, strategy: { kind: 'all', reassert: 'auto' } });
    await eventually('it is through', async () => (await api.getRollout(id)).state === 'succeeded');
    await bench.open(page, `/agents/${uid(4)}?tab=configuration`);
    await page.getByText('The policy re-asserts it automatically, at most 3 times').waitFor();
    await context.close();
  });

  test('the health tree opens the way to what is unhealthy and folds the rest', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, `/agents/${uid(5)}`);
    const tree = page.getByRole('region', { name: 'Health' });
    await tree.getByText('connection refused by gw:4317').waitFor();
    await tree.getByText('pipeline:traces/7').waitFor();
    expect(await tree.getByText('receiver:otlp').first().isVisible()).toBe(false);
    await tree.getByText('pipeline:traces/0').click();
    await tree.getByText('receiver:otlp').first().waitFor();
    await context.close();
  });

  test('a timeline is narrowed, and an agent that is forgotten while one looks says so', async () => {
    const { api } = bench.server;
    const { page, context } = await bench.signedIn();
    await bench.open(page, `/agents/${uid(6)}?tab=timeline`);
    await page.getByText('First seen', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption('configuration');
    await page.waitForURL('**events=configuration**');
    await page.getByText('First seen', { exact: true }).waitFor({ state: 'detached' });
    await agents[6]?.stop();
    await api.forgetAgent(uid(6));
    await page.getByText('edge-6 was forgotten').waitFor();
    await context.close();
  });
});
