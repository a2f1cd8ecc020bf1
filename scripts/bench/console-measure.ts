import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '@drover/api';
import type { Browser, Page } from 'playwright-core';
import { usageOf } from './process-usage.ts';
import { say } from './say.ts';
import type { RunningSubject } from './subject.ts';

/** A page, and what is there once its question is answered. */
interface Visit {
  readonly name: string;
  readonly path: string;
  readonly answer: RegExp;
}

export interface VisitFigures {
  readonly name: string;
  /** From the address to the answer, the slowest of several times. */
  readonly contentMs: number;
  /** Of the server, for one visit. */
  readonly serverCpuMs: number;
  /** The request that took longest. */
  readonly slowest: string;
  readonly slowestMs: number;
  /** Wider than the window, or none of the answer. */
  readonly fault: string;
}

export interface MeasureConsoleOptions {
  readonly server: RunningSubject;
  readonly api: ApiClient;
  readonly browser: Browser;
  readonly token: string;
  readonly rounds: number;
  /** Folder for pictures of what was seen. */
  readonly pictures: string | undefined;
}

const WIDTHS = [1440, 390];
const CONTENT_LIMIT_MS = 60_000;

async function visits(api: ApiClient): Promise<readonly Visit[]> {
  const [rollout] = (await api.listRollouts({ limit: 1 })).items;
  const [agent] = (await api.listAgents({ drift: ['drifted'], limit: 1 })).items;
  const uid = agent?.instanceUid ?? '';
  return [
    { name: 'Fleet', path: '/agents', answer: /connected/i },
    {
      name: 'Rollout preview in the wizard',
      path: '/rollouts/new?config=bench&selector=os.type%3Dlinux&preview=now',
      answer: /of those offline/,
    },
    { name: 'Rollout', path: `/rollouts/${rollout?.id}`, answer: /All agents/ },
    { name: 'Drift', path: '/drift', answer: /Differences/ },
    { name: 'Search', path: '/search?q=exporter%3Aotlphttp', answer: /of [\d,]+ runs? it/ },
    {
      name: 'Search for what nobody runs',
      path: '/search?q=exporter%3Anowhere',
      answer: /of [\d,]+ runs? it/,
    },
    { name: 'Configuration: editor', path: '/configs/bench', answer: /Latest: r/ },
    {
      name: 'Configuration: who runs which revision',
      path: '/configs/bench?tab=agents',
      answer: /By revision/,
    },
    { name: 'Configuration: history', path: '/configs/bench?tab=history', answer: /Revision saved/ },
    { name: 'Agent', path: `/agents/${uid}`, answer: /Identity|Health/ },
    { name: 'Agent: configuration', path: `/agents/${uid}?tab=configuration`, answer: /drift/i },
    { name: 'Agent: history', path: `/agents/${uid}?tab=history`, answer: /bench/ },
  ];
}

async function contentOf(page: Page, url: string, { answer }: Visit): Promise<number | undefined> {
  const startedAt = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  try {
    await page.locator('main').getByText(answer).first().waitFor({ timeout: CONTENT_LIMIT_MS });
  } catch {
    return undefined;
  }
  return performance.now() - startedAt;
}

async function slowestRequest(page: Page): Promise<{ readonly slowest: string; readonly slowestMs: number }> {
  const entries = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name, duration }) => ({ name, duration })),
  );
  const asked = entries.filter(({ name }) => name.includes('/api/') && !name.endsWith('/events'));
  const [first] = asked.sort((a, b) => b.duration - a.duration);
  return first === undefined
    ? { slowest: '–', slowestMs: 0 }
    : { slowest: new URL(first.name).pathname.replace('/api/v1', ''), slowestMs: first.duration };
}

/** Each page opened from its address as an operator would, several times, and once at the width of a phone. */
export async function measureConsole(options: MeasureConsoleOptions): Promise<readonly VisitFigures[]> {
  const { server, api, browser, token, rounds, pictures } = options;
  const figures: VisitFigures[] = [];
  const contexts = await Promise.all(
    WIDTHS.map((width) => browser.newContext({ viewport: { width, height: 900 } })),
  );
  const pages: Page[] = [];
  for (const context of contexts) {
    const page = await context.newPage();
    await page.goto(`${server.httpUrl}/login`);
    await page.getByLabel('Admin token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL('**/agents');
    pages.push(page);
  }
  for (const [index, visit] of (await visits(api)).entries()) {
    let worst = 0;
    let slowest = { slowest: '–', slowestMs: 0 };
    const faults: string[] = [];
    const before = usageOf(server.pid).cpuUs;
    for (const [at, page] of [...Array<Page | undefined>(rounds).fill(pages[0]), pages[1]].entries()) {
      if (page === undefined) continue;
      const took = await contentOf(page, `${server.httpUrl}${visit.path}`, visit);
      if (took === undefined) faults.push('no answer');
      worst = Math.max(worst, took ?? CONTENT_LIMIT_MS);
      // What follows the answer counts as well.
      await sleep(500);
      const asked = await slowestRequest(page);
      if (asked.slowestMs > slowest.slowestMs) slowest = asked;
      const wide: number = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (wide > 0) faults.push(`${wide} px too wide`);
      if (pictures !== undefined && at >= rounds - 1)
        await page.screenshot({ path: join(pictures, `${index}-${at < rounds ? 'wide' : 'phone'}.png`) });
    }
    const serverCpuMs = (usageOf(server.pid).cpuUs - before) / (rounds + 1) / 1000;
    figures.push({
      name: visit.name,
      contentMs: worst,
      serverCpuMs,
      ...slowest,
      fault: [...new Set(faults)].join(', '),
    });
    say(`${visit.name}: ${worst.toFixed(0)} ms`);
  }
  for (const context of contexts) await context.close();
  return figures;
}
