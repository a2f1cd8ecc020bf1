import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from './support/browser.ts';
import { typeBody } from './support/console-bench.ts';
import { startSimulator } from './support/console-page.ts';
import { type RunningServer, startServer, temporaryFolder } from './support/drover.ts';
import { type PrefixProxy, startPrefixProxy } from './support/prefix-proxy.ts';
import { eventually, type Program } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const PREFIX = '/ops/fleet';
const BODY = 'receivers: {nop: }\nexporters: {nop: }\n';
const OLD_BUILD = '0'.repeat(16);

describeWithBrowser('the console behind a proxy that strips a path', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let proxy: PrefixProxy;
  let server: RunningServer;
  let chromium: OpenBrowser;
  let fleet: Program | undefined;

  const start = async (ports: { readonly opampListen?: string; readonly httpListen?: string } = {}) => {
    server = await startServer({
      dataDir: join(folder.path, 'data'),
      env: { DROVER_HTTP_PUBLIC_URL: proxy.url },
      ...ports,
    });
    proxy.target = server.httpUrl;
  };
  beforeAll(async () => {
    folder = await temporaryFolder('console-proxy');
    proxy = await startPrefixProxy(PREFIX);
    await start();
    chromium = await openBrowser();
  });
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await fleet?.end('SIGTERM');
    await server?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  /** A page that records every request and each break of the Content-Security-Policy. */
  async function openPage() {
    const ui = await chromium.newPage();
    const requests: string[] = [];
    ui.page.on('request', (request) => requests.push(request.url()));
    return { ...ui, requests };
  }

  async function signIn(page: Awaited<ReturnType<typeof openPage>>['page']) {
    await page.goto(`${proxy.url}/login`);
    await page.getByLabel('Admin token').fill(server.token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${proxy.url}/agents`);
  }

  test('the printed link logs in, every page stays below the path, and live events come through', async () => {
    expect(server.loginUrl.startsWith(`${proxy.url}/login?token=`)).toBe(true);
    const { page, context, complaints, requests } = await openPage();
    await page.goto(server.loginUrl);
    await page.waitForURL(`${proxy.url}/agents`);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ path: `${PREFIX}/api/v1`, httpOnly: true, sameSite: 'Strict' });

    await page.getByText('Connect the first agent').first().waitFor();
    fleet = startSimulator(server.opampUrl, 3);
    await page.getByRole('table', { name: 'Agents' }).waitFor();

    const nav = page.getByRole('navigation', { name: 'Main' });
    for (const [word, path] of [
      ['Configurations', '/configs'],
      ['Rollouts', '/rollouts'],
      ['Connections', '/connections'],
      ['Activity', '/activity'],
      ['Settings', '/settings'],
    ] as const) {
      await nav.getByRole('link', { name: word }).click();
      await page.waitForURL(`${proxy.url}${path}`);
      await page.getByRole('heading', { level: 1, name: word }).waitFor();
    }
    const [agent] = (await server.api.listAgents({ limit: 1 })).items;
    for (const path of [
      `/agents/${agent?.instanceUid}?tab=timeline`,
      '/configs/none',
      '/nothing/at/all/here',
    ]) {
      await page.goto(`${proxy.url}${path}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
    }
    const elsewhere = requests.filter((url) => !url.startsWith(`${proxy.url}/`) && !url.startsWith('data:'));
    expect(elsewhere).toEqual([]);
    expect(proxy.strays).toEqual([]);
    expect(complaints.filter((each) => !each.includes('404'))).toEqual([]);
    await context.close();
  });

  test('logging out ends the session there too', async () => {
    const { page, context } = await openPage();
    await signIn(page);
    await page.getByRole('button', { name: /Account and theme/ }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.waitForURL((url) => url.pathname === `${PREFIX}/login`);
    expect(await context.cookies()).toEqual([]);
    await page.goto(`${proxy.url}/configs`);
    await page.waitForURL((url) => url.pathname === `${PREFIX}/login`);
    await context.close();
  });

  test('scripts come from files alone: the policy says so, and nothing breaks it', async () => {
    const { page, context, complaints } = await openPage();
    const answer = await page.goto(`${proxy.url}/login`);
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(/script-src ([^;]+)/.exec(policy)?.[1]).toBe("'self'");
    expect(policy).not.toMatch(/unsafe-(?:inline|eval)/);
    const inline = page.locator('script:not([src])');
    expect(await inline.count()).toBe(0);
    await signIn(page);
    await page.goto(`${proxy.url}/new-configuration`);
    await page.getByRole('textbox', { name: 'Configuration body' }).waitFor();
    expect(complaints.filter((each) => /content security policy/i.test(each))).toEqual([]);
    await context.close();
  });

  test('the server goes and comes back: the page says so, goes on by itself, and keeps what was typed', async () => {
    const { page, context } = await openPage();
    await signIn(page);
    await page.goto(`${proxy.url}/new-configuration`);
    await page.getByLabel('Name').fill('typed-before');
    await typeBody(page, BODY);
    const ports = {
      opampListen: new URL(server.opampUrl).host,
      httpListen: new URL(server.httpUrl).host,
    };
    await server.program.end('SIGTERM');
    await page.getByText('The server cannot be reached').waitFor();
    await page.getByRole('textbox', { name: 'Configuration body' }).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('# typed meanwhile\n');
    await start(ports);
    await page.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Name').inputValue()).toBe('typed-before');
    const body = page.getByRole('textbox', { name: 'Configuration body' });
    await eventually('the text is there', async () =>
      ((await body.textContent()) ?? '').includes('# typed meanwhile'),
    );
    await page.getByRole('button', { name: 'Save revision' }).click();
    await eventually('the configuration is there', async () => {
      const { items } = await server.api.listConfigs();
      return items.some(({ name }) => name === 'typed-before');
    });
    expect((await server.api.getConfig('typed-before')).body).toContain('# typed meanwhile');
    await context.close();
  });

  test('a page of an older build says that a newer one is served, and reloads only when told to', async () => {
    const { page, context } = await openPage();
    await signIn(page);
    const { consoleBuild } = await server.api.self();
    expect(consoleBuild).toMatch(/^[0-9a-f]{16}$/);
    // As if it had been loaded before the server was replaced.
    await page.route(`${proxy.url}/activity`, async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      expect(text).toContain(`content="${consoleBuild}"`);
      await route.fulfill({ response, body: text.replace(`${consoleBuild}`, OLD_BUILD) });
    });
    await page.goto(`${proxy.url}/activity`);
    const banner = page.getByText('A newer version of the console is available');
    await banner.waitFor();
    await page.getByRole('button', { name: 'Later' }).click();
    await banner.waitFor({ state: 'detached' });
    await page.reload();
    await banner.waitFor();
    await page.unroute(`${proxy.url}/activity`);
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.locator(`meta[name="drover-build"][content="${consoleBuild}"]`).waitFor({ state: 'attached' });
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
    await banner.waitFor({ state: 'detached' });
    await context.close();
  });
});
