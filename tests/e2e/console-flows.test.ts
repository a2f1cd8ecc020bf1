import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { consoleBench, typeBody } from './support/console-bench.ts';
import { axeFindings, switchColorScheme } from './support/console-page.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY =
  'receivers:\n  otlp:\n    protocols:\n      grpc: {}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [debug]}\n';

describeWithBrowser('the console at work', () => {
  const bench = consoleBench('console-flows');
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    ({ page, complaints } = await bench.chromium.newPage());
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });

  test('the printed link logs in and leaves no token in the address', async () => {
    await page.goto(bench.server.loginUrl);
    await page.waitForURL('**/agents');
    expect(page.url()).not.toContain('token');
  });

  test('an empty fleet says how to connect an agent, in both themes, and becomes the fleet by itself', async () => {
    await page.getByText('Waiting for an agent').waitFor();
    await page.getByText(bench.server.opampUrl).first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await switchColorScheme(page, 'dark');
    expect(await axeFindings(page)).toEqual([]);
    await switchColorScheme(page, 'light');
    bench.simulate(40, ['--fail-rate', '0', '--apply-delay', '500ms', '--http', '0', '--read-only', '0']);
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    await eventually(
      'all are connected',
      async () => (await bench.server.api.stats()).state.connected === 40,
    );
    await page.getByRole('button', { name: '40 Connected' }).waitFor();
    const pill = page.getByRole('button', { name: /refresh/ });
    if (await pill.isVisible()) await pill.click();
    await eventually(
      'the list has them all',
      async () => (await page.getByRole('table').getAttribute('aria-rowcount')) === '41',
    );
  });

  test('words and selectors narrow the fleet, the address holds them, and back takes them away', async () => {
    const search = page.getByRole('combobox', { name: 'Search the fleet' });
    await page.keyboard.press('/');
    await search.fill('os.type=linux');
    await page.waitForURL('**/agents?q=os.type=linux');
    const linux = (await bench.server.api.stats({ selector: 'os.type=linux' })).total;
    await page.getByText(`${linux} of 40 agents`).waitFor();
    await search.fill('os.type==');
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByText('40 agents', { exact: true }).waitFor();
    await page
      .getByRole('button', { name: /Healthy/ })
      .first()
      .click();
    await page.waitForURL('**/agents?health=healthy');
  });

  test('j and Enter open an agent, and its label is changed there', async () => {
    await bench.open(page, '/agents');
    await page.locator('[data-row-link]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/agents\/[0-9a-f-]{36}/);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Labels' }).fill('env=prod, team=edge');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('team=edge').waitFor();
    expect((await bench.server.api.stats({ selector: 'label:team=edge' })).total).toBe(1);
  });

  test('findings stand in the text and below it, and lead to their line', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'New configuration' }).click();
    await page.getByLabel('Name').fill('edge');
    await typeBody(page, BODY.replace('exporters: [debug]', 'exporters: [bogus]'));
    const finding = page.getByRole('list', { name: 'Findings' }).getByRole('button', { name: /bogus/ });
    await finding.click();
    expect(await page.evaluate("document.activeElement?.getAttribute('aria-label')")).toBe(
      'Configuration body',
    );
    expect(await axeFindings(page)).toEqual([]);
  });

  test('what is typed and not saved survives a reload', async () => {
    await typeBody(page, `${BODY}# not saved yet\n`);
    await eventually(
      'it is kept',
      () =>
        page.evaluate(
          "(localStorage.getItem('drover:draft: new') ?? '').includes('not saved yet')",
        ) as Promise<boolean>,
    );
    await page.reload();
    await page.getByText('# not saved yet').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('edge');
    await typeBody(page, BODY);
    await page.getByRole('button', { name: 'Save revision' }).click();
    await page.waitForURL('**/configs/edge');
    expect((await bench.server.api.getConfig('edge')).body).toBe(BODY);
  });

  test('a revision that another person saved meanwhile is shown, and nothing is overwritten unseen', async () => {
    await typeBody(page, `${BODY}# mine\n`);
    await bench.server.api.putConfig('edge', { body: `${BODY}# theirs\n` });
    await page.getByText(/saved r2/).waitFor();
    expect(await page.getByRole('button', { name: 'Save revision' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Show changes' }).click();
    await page.getByText('# theirs').first().waitFor();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByRole('button', { name: 'Save revision' }).click();
    await eventually(
      'mine is the third',
      async () => (await bench.server.api.getConfig('edge')).revision.number === 3,
    );
    expect((await bench.server.api.getConfig('edge')).body).toBe(`${BODY}# mine\n`);
  });

  test('a rollout is previewed, started, paused, resumed, seen from anywhere, and rolled back', async () => {
    await page.getByRole('link', { name: 'Roll out', exact: true }).click();
    await page.getByLabel('Agents matching a selector').check();
    await page.getByRole('combobox', { name: 'Selector' }).fill('os.type in (linux,windows,darwin)');
    await page.getByText('40 agents match').waitFor();
    await page.getByRole('textbox', { name: 'Agents per second, at most' }).fill('2');
    await page.getByRole('button', { name: 'Preview' }).click();
    const go = page.getByRole('button', { name: 'Roll out to 40 agents' });
    await go.waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await go.click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/will not get it until it is resumed/).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: /^Pause/ }).click();
    await page.getByText('Paused', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Resume/ })
      .click();
    await page.getByRole('link', { name: /1 rollout running/ }).waitFor();
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Roll back \d+ agents?$/ })
      .click();
    await page.getByText('Rolled back', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: /rollout running/ }).waitFor({ state: 'detached' });
  });

  test('a rollout in waves is previewed wave by wave, waits for approval, and goes on', async () => {
    await bench.open(page, '/rollouts/new?config=edge');
    await page.getByLabel('In waves, each judged before the next').check();
    await page.getByRole('textbox', { name: 'Wave 1' }).fill('some');
    await page.getByText('Enter a number of agents, a percentage such as 10%').waitFor();
    expect(await page.getByRole('button', { name: 'Preview' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Wave 1' }).fill('3');
    await page.getByRole('button', { name: 'Remove wave 2' }).click();
    await page.getByRole('textbox', { name: 'Soak time per wave, minutes' }).fill('0');
    await page.getByLabel('Wait for approval after each wave').check();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('3 agents, picked at random').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    // Some run it already, since the last rollout.
    await page.getByRole('button', { name: /^Roll out to \d+ agents$/ }).click();
    await page.getByText('Waiting for approval:').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Approve next wave', exact: true }).click();
    await page.getByRole('button', { name: /^Approve wave of 37 agents$/ }).click();
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    const [newest] = (await bench.server.api.listRollouts({ limit: 1 })).items;
    expect(newest?.waves.map(({ counts }) => counts.applied)).toEqual([3, 37]);
    expect(newest?.waves[0]?.gates.at(-1)).toMatchObject({ gate: 'approval', by: 'admin' });
  });

  test('the palette finds a configuration and goes there by keyboard alone', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Find/ }).fill('edge');
    await page.getByRole('option', { name: /Configuration edge/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/configs/edge');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    expect(complaints.filter((complaint) => !/status of 400/.test(complaint))).toEqual([]);
  });

  test('works behind a path prefix that a proxy takes away', async () => {
    const proxy = createServer((incoming, outgoing) => {
      const path = (incoming.url ?? '/').replace(/^\/ops\/drover/, '') || '/';
      const { hostname, port } = new URL(bench.server.httpUrl);
      const onward = request(
        { hostname, port, path, method: incoming.method, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/ops/drover`;
    const ui = await bench.chromium.newPage();
    try {
      await ui.page.goto(`${base}/configs/edge?tab=revisions`);
      await ui.page.getByLabel('Admin token').fill(bench.server.token);
      await ui.page.getByRole('button', { name: 'Log in' }).click();
      await ui.page.getByText('From r2 to r3').waitFor();
      expect(ui.page.url()).toBe(`${base}/configs/edge?tab=revisions`);
      await ui.page.getByRole('link', { name: 'Fleet' }).first().click();
      await ui.page.getByRole('table', { name: 'Agents' }).waitFor();
      expect(ui.complaints.filter((complaint) => !/status of 401/.test(complaint))).toEqual([]);
    } finally {
      await ui.context.close();
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test('a server that goes away is told, and the page goes on by itself when it is back', async () => {
    await bench.open(page, '/configs/edge');
    await typeBody(page, `${BODY}# typed before the server went\n`);
    await bench.server.program.end('SIGKILL');
    await page.getByText('The server cannot be reached').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await bench.startAgain();
    await page.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    await page.getByText('# typed before the server went').waitFor();
    await page.getByRole('button', { name: 'Save revision' }).click();
    await eventually(
      'it is saved',
      async () => (await bench.server.api.getConfig('edge')).revision.number === 4,
    );
  });

  test('a page whose code cannot be had stays in the console, and comes by itself with the server', async () => {
    const ui = await bench.signedIn();
    await ui.page.getByRole('table', { name: 'Agents' }).waitFor();
    await bench.server.program.end('SIGKILL');
    await ui.page.getByRole('link', { name: 'Rollouts' }).first().click();
    await ui.page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    expect(await axeFindings(ui.page)).toEqual([]);
    await bench.startAgain();
    await ui.page.getByRole('heading', { name: 'Rollouts', level: 1 }).waitFor();
    expect(new URL(ui.page.url()).pathname).toBe('/rollouts');
    await ui.context.close();
  });

  test('a part of a page whose code cannot be had comes with the server; the rest of the page stays', async () => {
    const ui = await bench.signedIn();
    await bench.open(ui.page, '/configs/edge');
    await ui.page.getByRole('textbox', { name: 'Configuration body' }).waitFor();
    await bench.server.program.end('SIGKILL');
    await ui.page.getByRole('button', { name: 'Compare', exact: true }).click();
    await ui.page.getByText('The server cannot be reached').waitFor();
    await ui.page.getByRole('textbox', { name: 'Configuration body' }).waitFor();
    await bench.startAgain();
    const panel = ui.page.getByRole('region', { name: 'Compare with' });
    await panel.waitFor();
    // Its style sheet came as well.
    const form = panel.locator('> div').last().locator('> div').first();
    const display = await form.evaluate((each) =>
      (globalThis as unknown as { getComputedStyle(of: unknown): { display: string } })
        .getComputedStyle(each)
        .display.toString(),
    );
    expect(display).toBe('grid');
    await ui.context.close();
  });

  test('log out leads to the login, and the login back to the page', async () => {
    await page.getByRole('button', { name: /Account and theme/ }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.waitForURL('**/login?**');
    await page.getByLabel('Admin token').fill(bench.server.token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL('**/configs/edge');
  });
});
