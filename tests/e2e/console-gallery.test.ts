import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from './support/browser.ts';
import { axeFindings, overflowPx } from './support/console-page.ts';
import { ROOT } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const CONSOLE = `${ROOT}packages/console`;

describeWithBrowser('the page of components', () => {
  let vite: ViteDevServer;
  let chromium: OpenBrowser;
  let address: string;

  beforeAll(async () => {
    vite = await createServer({
      root: CONSOLE,
      configFile: `${CONSOLE}/vite.config.ts`,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0 },
    });
    await vite.listen();
    address = `${vite.resolvedUrls?.local[0]}gallery.html`;
    chromium = await openBrowser();
  });
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await vite?.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: each component is drawn in its states, axe finds nothing, nothing overflows`, async () => {
        const { page, context } = await chromium.newPage({ width, colorScheme });
        await page.emulateMedia({ reducedMotion: 'reduce' });
        await page.goto(address);
        await page.getByText('No differences.').waitFor({ timeout: 110_000 });
        expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual(
          expect.arrayContaining([
            ...['State badge', 'Identifier', 'Time', 'Counted filter', 'Difference', 'Empty state'],
            ...['Error state', 'Page header', 'Panel with facts', 'Table', 'Button', 'Note'],
          ]),
        );
        expect(await axeFindings(page)).toEqual([]);
        expect(await overflowPx(page)).toBeLessThanOrEqual(0);
        await page.getByRole('button', { name: 'Ask first' }).click();
        await page.getByRole('dialog').getByText('the server is busy').waitFor();
        expect(await axeFindings(page)).toEqual([]);
        await context.close();
      });
    }
  }
});
