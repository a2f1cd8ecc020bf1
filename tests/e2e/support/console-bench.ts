import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type OpenBrowser, openBrowser, type WatchedPage } from './browser.ts';
import { axeFindings, overflowPx, startSimulator, untilLoaded } from './console-page.ts';
import { type RunningServer, startServer, temporaryFolder } from './drover.ts';
import { eventually, type Program } from './process.ts';

/** What a suite of the console stands on: a control plane with a folder of its own, and a browser. */
export interface ConsoleBench {
  /** Removed at the end; what a suite starts beside the control plane may lie here. */
  readonly folder: string;
  /** The control plane that runs now; another after `startAgain`. */
  readonly server: RunningServer;
  readonly chromium: OpenBrowser;
  /** A virtual fleet, which ends with the suite. */
  simulate(agents: number, args?: readonly string[]): Program;
  /** Another control plane on the same folder and ports, once the one before it has ended. */
  startAgain(): Promise<void>;
  /** A page of its own on which an operator is logged in; it stands on the fleet. */
  signedIn(options?: Parameters<OpenBrowser['newPage']>[0]): Promise<WatchedPage>;
  /** Leads the page to an address of the console. */
  open(page: Page, path: string): Promise<void>;
  /** Each page as it is once its word is there: what `judged` says of it. */
  judgedPages(
    ui: WatchedPage,
    pages: readonly (readonly [name: string, path: string, word: string])[],
  ): Promise<string[]>;
}

/** Each test logs in, and a quick machine does more of them in a minute than the server takes from one address. */
const MANY_LOGINS = { DROVER_HTTP_LOGIN_ATTEMPTS_PER_MINUTE: '1000' };

/**
 * Called in a suite, before its own hooks: they find the control plane running and the browser open, and all of it ends
 * after theirs.
 */
export function consoleBench(
  name: string,
  settings: { readonly env?: NodeJS.ProcessEnv } = {},
): ConsoleBench {
  const fleets: Program[] = [];
  const started: {
    folder?: Awaited<ReturnType<typeof temporaryFolder>>;
    server?: RunningServer;
    chromium?: OpenBrowser;
  } = {};
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the bench is there from beforeAll to afterAll only');
    return part;
  };
  const start = async (ports: { readonly opampListen?: string; readonly httpListen?: string } = {}) => {
    started.server = await startServer({
      dataDir: join(bench.folder, 'data'),
      ...ports,
      env: { ...MANY_LOGINS, ...settings.env },
    });
  };

  const bench: ConsoleBench = {
    get folder() {
      return there(started.folder).path;
    },
    get server() {
      return there(started.server);
    },
    get chromium() {
      return there(started.chromium);
    },
    simulate(agents, args) {
      const fleet = startSimulator(bench.server.opampUrl, agents, args);
      fleets.push(fleet);
      return fleet;
    },
    startAgain: () =>
      start({
        opampListen: new URL(bench.server.opampUrl).host,
        httpListen: new URL(bench.server.httpUrl).host,
      }),
    async signedIn(options = {}) {
      const ui = await bench.chromium.newPage(options);
      // A page is judged as it stands, not on the way there.
      await ui.page.emulateMedia({ reducedMotion: 'reduce' });
      await bench.open(ui.page, '/login');
      await ui.page.getByLabel('Admin token').fill(bench.server.token);
      await ui.page.getByRole('button', { name: 'Log in' }).click();
      await ui.page.waitForURL('**/agents');
      return ui;
    },
    async open(page, path) {
      await page.goto(`${bench.server.httpUrl}${path}`);
    },
    async judgedPages(ui, pages) {
      const found: string[] = [];
      for (const [name, path, word] of pages) {
        await bench.open(ui.page, path);
        await ui.page.getByText(word).first().waitFor({ state: 'attached' });
        found.push(...(await judged(ui, name)));
      }
      return found;
    },
  };

  beforeAll(async () => {
    started.folder = await temporaryFolder(name);
    await start();
    started.chromium = await openBrowser();
  });
  afterAll(async () => {
    await started.chromium?.[Symbol.asyncDispose]();
    for (const fleet of fleets) await fleet.end('SIGTERM');
    await started.server?.[Symbol.asyncDispose]();
    await started.folder?.[Symbol.asyncDispose]();
  });
  return bench;
}

/** What axe finds on the page once nothing loads any more, and whether it is wider than its window. */
export async function judged({ page }: WatchedPage, name: string): Promise<string[]> {
  await untilLoaded(page);
  const found = (await axeFindings(page)).map((finding) => `${name}: ${finding}`);
  const tooWide = await overflowPx(page);
  return tooWide > 0 ? [...found, `${name}: ${tooWide} px wider than the window`] : found;
}

/** Two keys that lead to a page. A busy machine may take longer between them than belongs together, so they are pressed until it is there. */
export async function goByKeys(page: Page, keys: string, path: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await eventually(`${keys} leads to ${path}`, async () => {
    for (const key of keys) await page.keyboard.press(key);
    return new URL(page.url()).pathname.endsWith(path);
  });
}

/** Puts a text in place of all that the editor holds. */
export async function typeBody(page: Page, body: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Configuration body' }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(body);
}
