import type { OpenBrowser, WatchedPage } from './browser.ts';
import { axeFindings, overflowPx } from './console-page.ts';
import type { RunningServer } from './drover.ts';
import { eventually } from './process.ts';

/** A page of its own on which an operator is logged in; it stands on the fleet. */
export async function signedIn(
  chromium: OpenBrowser,
  server: RunningServer,
  options: Parameters<OpenBrowser['newPage']>[0] = {},
): Promise<WatchedPage> {
  const ui = await chromium.newPage(options);
  // A page is judged as it stands, not on the way there.
  await ui.page.emulateMedia({ reducedMotion: 'reduce' });
  await ui.page.goto(`${server.httpUrl}/login`);
  await ui.page.getByLabel('Admin token').fill(server.token);
  await ui.page.getByRole('button', { name: 'Log in' }).click();
  await ui.page.waitForURL('**/agents');
  return ui;
}

/** What axe finds on the page once nothing loads any more, and whether it is wider than its window. */
export async function judged({ page }: WatchedPage, name: string): Promise<string[]> {
  const loading = page.getByRole('status', { name: 'Loading' });
  await eventually('nothing loads', async () => (await loading.count()) === 0);
  const found = (await axeFindings(page)).map((finding) => `${name}: ${finding}`);
  const tooWide = await overflowPx(page);
  return tooWide > 0 ? [...found, `${name}: ${tooWide} px wider than the window`] : found;
}
