import type { Browser, Page } from 'playwright-core';
import { percentile } from './percentile.ts';
import { say } from './say.ts';
import type { RunningSubject } from './subject.ts';

export interface FleetPageOptions {
  readonly server: RunningSubject;
  readonly browser: Browser;
  readonly token: string;
  readonly rounds: number;
  /** Rows to scroll through. */
  readonly scrolled: number;
}

const ROW_PX = 40;
const FILTERS = ['os.type=linux', 'service.version!=0.149.0', 'bench-07', 'k8s.cluster.name=cluster-7', 'eu'];
const SCROLL_MS = 4_000;
const WATCHED_MS = 10_000;
const LIMIT_MS = 60_000;

/** Notes when the first row is there, from the moment at which the address was taken. */
const NOTE_FIRST_ROW = `new MutationObserver((_, observer) => {
  if (document.querySelector('[data-row-link]') === null) return;
  globalThis.firstRowMs = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })`;

/** The time from Enter to the frame in which the count beside the title and the table are others. */
const NOTE_FILTERED = `new Promise((resolve) => {
  const count = () => document.querySelector('main h1')?.parentElement?.textContent ?? '';
  const rows = () => document.querySelector('[role="table"]')?.getAttribute('aria-rowcount');
  const before = [count(), rows()];
  addEventListener('keydown', ({ key }) => {
    if (key !== 'Enter') return;
    const startedAt = performance.now();
    const look = () => {
      if (count() !== before[0] && rows() !== before[1]) resolve(performance.now() - startedAt);
      else if (performance.now() - startedAt > 5000) resolve(undefined);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { capture: true, once: true });
})`;

/** Milliseconds of each frame while the page is scrolled by three rows in each. */
const SCROLL = `new Promise((resolve) => {
  const frames = [];
  let last = performance.now();
  const end = last + ${SCROLL_MS};
  const step = (now) => {
    frames.push(now - last);
    last = now;
    scrollBy(0, ${3 * ROW_PX});
    if (now < end) requestAnimationFrame(step); else resolve(frames.slice(2));
  };
  requestAnimationFrame(step);
})`;

/** The rows in view as their links, every quarter of a second; how often one stood elsewhere than before. */
const WATCH = `new Promise((resolve) => {
  let known = new Map();
  let moves = 0;
  const look = () => {
    const rows = [...document.querySelectorAll('[data-index]')];
    const now = new Map(rows.map((row) => [row.querySelector('a')?.getAttribute('href'), row.dataset.index]));
    for (const [uid, index] of now) if (known.has(uid) && known.get(uid) !== index) moves += 1;
    known = now;
  };
  const timer = setInterval(look, 250);
  setTimeout(() => { clearInterval(timer); resolve(moves); }, ${WATCHED_MS});
})`;

const heapMiB = (page: Page): Promise<number> =>
  page.evaluate('(gc(), gc(), performance.memory.usedJSHeapSize / 1048576)');

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
  const { server, browser, token, rounds, scrolled } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${server.httpUrl}/login`);
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[data-row-link]').first().waitFor();
  await page.addInitScript(NOTE_FIRST_ROW);
  const firstRows: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.goto(`${server.httpUrl}/agents`);
    await page.locator('[data-row-link]').first().waitFor({ timeout: LIMIT_MS });
    firstRows.push(await page.evaluate('firstRowMs'));
  }
  say(`first rows: ${firstRows.map((ms) => ms.toFixed(0)).join(', ')} ms`);

  const filtered: number[] = [];
  const line = page.getByRole('combobox', { name: 'Search the fleet' });
  for (const text of FILTERS) {
    await page.goto(`${server.httpUrl}/agents`);
    await page.locator('[data-row-link]').first().waitFor();
    await line.focus();
    const noted = page.evaluate(NOTE_FILTERED) as Promise<number | undefined>;
    await page.keyboard.insertText(text);
    await page.keyboard.press('Enter');
    filtered.push((await noted) ?? Number.POSITIVE_INFINITY);
  }
  say(`filters: ${filtered.map((ms) => ms.toFixed(0)).join(', ')} ms`);

  await page.goto(`${server.httpUrl}/agents`);
  await page.locator('[data-row-link]').first().waitFor();
  const heapBefore = await heapMiB(page);
  await scrollThrough(page, 1_000);
  await page.evaluate('scrollTo(0, 0)');
  await page.locator('[data-index="0"] [data-row-link]').waitFor();
  const frames = (await page.evaluate(SCROLL)) as number[];
  await scrollThrough(page, scrolled);
  const heapAfter = await heapMiB(page);
  say(`scrolled through ${scrolled} rows`);
  const moves = (await page.evaluate(WATCH)) as number;
  await context.close();
  const fps = (1_000 * frames.length) / frames.reduce((sum, ms) => sum + ms, 0);
  return [
    ['first rows, ms from the address, slowest', Math.max(...firstRows).toFixed(0), '300'],
    ['filter, ms from Enter to the answer, slowest', Math.max(...filtered).toFixed(0), '100'],
    ['scrolling: frames a second', fps.toFixed(0), '60'],
    ['scrolling: p95 of a frame, ms', percentile(frames, 0.95).toFixed(1), '17'],
    ['MiB of JavaScript heap with the first rows', heapBefore.toFixed(1), ''],
    [`MiB of it after ${scrolled} rows`, heapAfter.toFixed(1), 'bounded'],
    ['rows that moved while one looks', String(moves), '0'],
  ];
}
