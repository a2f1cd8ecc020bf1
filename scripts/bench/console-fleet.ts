import type { ApiClient } from '@drover/api';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { filterMs, filterOften, NARROWINGS, narrowingName } from './fleet-filters.ts';
import { countMoves, NOTE_FIRST_ROW, WATCH_FRAMES } from './fleet-page-scripts.ts';
import { percentile } from './percentile.ts';
import { say } from './say.ts';
import type { RunningSubject } from './subject.ts';

export interface FleetPageOptions {
  readonly server: RunningSubject;
  readonly api: ApiClient;
  readonly browser: Browser;
  readonly token: string;
  readonly rounds: number;
  /** Rows to scroll through. */
  readonly scrolled: number;
}

const ROW_PX = 40;
const WHEEL_MS = 4_000;
const FILTERED_TIMES = 60;
const WATCHED_MS = 10_000;
const LIMIT_MS = 60_000;

async function heapMiB(client: CDPSession): Promise<number> {
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  return usedSize / 1_048_576;
}

/** Processor time of the page's main thread since its document began: what a busy machine changes least. */
async function busyMs(client: CDPSession): Promise<number> {
  const { metrics } = await client.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

/** By the wheel, as fast as the page takes it; each frame's milliseconds, and the share of frames with a row that lacked its cells. */
async function wheel(page: Page): Promise<{ readonly frames: readonly number[]; readonly pending: number }> {
  await page.mouse.move(700, 600);
  await page.evaluate(WATCH_FRAMES);
  for (const end = Date.now() + WHEEL_MS; Date.now() < end; ) await page.mouse.wheel(0, 3 * ROW_PX);
  const [frames, pending] = (await page.evaluate('[frameMs.slice(2), pendingFrames]')) as [number[], number];
  return { frames, pending: pending / frames.length };
}

async function scrollThrough(page: Page, rows: number): Promise<void> {
  const target = rows * ROW_PX;
  for (const startedAt = Date.now(); Date.now() - startedAt < 10 * LIMIT_MS; ) {
    const y: number = await page.evaluate(`(scrollTo(0, ${target}), scrollY)`);
    if (y >= target - 2 * 900) return;
    await page.waitForTimeout(20);
  }
  throw new Error(`the table did not come to row ${rows}`);
}

/** First rows, filters, scrolling, memory and rows that move, on the fleet's page in a real browser. */
export async function measureFleetPage(options: FleetPageOptions): Promise<readonly (readonly string[])[]> {
  const { server, api, browser, token, rounds, scrolled } = options;
  const url = `${server.httpUrl}/agents`;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(`${server.httpUrl}/login`);
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[data-row-link]').first().waitFor();
  await page.addInitScript(NOTE_FIRST_ROW);
  const open = async (): Promise<void> => {
    await page.goto(url);
    await page.locator('[data-row-link]').first().waitFor({ timeout: LIMIT_MS });
  };
  const firstRows: number[] = [];
  const firstRowsBusy: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await open();
    firstRowsBusy.push(await busyMs(client));
    firstRows.push(await page.evaluate('firstRowMs'));
  }
  say(`first rows: ${firstRows.map((ms) => ms.toFixed(0)).join(', ')} ms`);

  const filtered: number[] = [];
  for (const narrowing of NARROWINGS) {
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) took.push(await filterMs(page, { api, url }, narrowing));
    filtered.push(...took);
    say(`filter ${narrowingName(narrowing)}: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  }

  await open();
  const heapBefore = await heapMiB(client);
  await wheel(page);
  await page.evaluate('scrollTo(0, 0)');
  await page.locator('[data-index="0"] [data-row-link]').waitFor();
  const busyBefore = await busyMs(client);
  const { frames, pending } = await wheel(page);
  const frameBusyMs = ((await busyMs(client)) - busyBefore) / frames.length;
  await scrollThrough(page, scrolled);
  const heapScrolled = await heapMiB(client);
  say(`scrolled through ${scrolled} rows`);
  await open();
  await filterOften(page, FILTERED_TIMES);
  const heapFiltered = await heapMiB(client);
  const moves = (await page.evaluate(countMoves(WATCHED_MS))) as number;
  await context.close();
  const fps = (1_000 * frames.length) / frames.reduce((sum, ms) => sum + ms, 0);
  return [
    ['first rows: ms from the address, median', percentile(firstRows, 0.5).toFixed(0), '300'],
    ['first rows: quickest', Math.min(...firstRows).toFixed(0), ''],
    ['first rows: slowest', Math.max(...firstRows).toFixed(0), ''],
    ['first rows: processor ms of the page, median', percentile(firstRowsBusy, 0.5).toFixed(0), ''],
    ['filter: ms from the press to the answer, median', percentile(filtered, 0.5).toFixed(0), '100'],
    ['filter: quickest', Math.min(...filtered).toFixed(0), ''],
    ['filter: slowest', Math.max(...filtered).toFixed(0), ''],
    ['scrolling by wheel: frames a second', fps.toFixed(0), '60'],
    ['scrolling: p95 of a frame, ms', percentile(frames, 0.95).toFixed(1), '17'],
    ['scrolling: processor ms of the page for a frame', frameBusyMs.toFixed(1), '17'],
    ['scrolling: slowest frame, ms', Math.max(...frames).toFixed(0), ''],
    ['scrolling: % of frames with a row whose cells had not come', (100 * pending).toFixed(0), ''],
    ['MiB of JavaScript heap with the first rows', heapBefore.toFixed(1), ''],
    [`MiB of it after ${scrolled} rows`, heapScrolled.toFixed(1), 'bounded'],
    [`MiB of it after ${FILTERED_TIMES} filters`, heapFiltered.toFixed(1), 'bounded'],
    ['rows that moved while one looks', String(moves), '0'],
  ];
}
