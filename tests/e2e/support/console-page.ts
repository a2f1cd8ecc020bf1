import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { eventually, Program } from './process.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeFinding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly any: readonly { readonly message: string }[] }[];
}

/** As the system would ask for it; resolves when the page is drawn in it. */
export async function switchColorScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
}

/** Resolves when no placeholder is on the page, also none that is not drawn yet since it is younger than 300 ms. */
export async function untilLoaded(page: Page): Promise<void> {
  const placeholders = page.locator('[data-placeholder]');
  await eventually('nothing loads', async () => (await placeholders.count()) === 0);
}

/** Resolves when everything that moves has come to its end and two frames were drawn since: colours in between are nobody's. */
export async function untilStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { document, requestAnimationFrame } = globalThis as unknown as {
      document: {
        getAnimations(): {
          effect: { getComputedTiming(): { endTime?: unknown } } | null;
          finished: Promise<unknown>;
        }[];
      };
      requestAnimationFrame(callback: () => void): void;
    };
    const frame = () => new Promise<void>((resolve) => requestAnimationFrame(resolve));
    await frame();
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
    await frame();
  });
}

/** What axe finds on the page once it is still, one line each. Goes past the page's Content-Security-Policy, which stays as it is. */
export async function axeFindings(page: Page): Promise<string[]> {
  await untilStill(page);
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: unknown }> };
    };
    const result = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations;
  });
  return (violations as AxeFinding[]).flatMap((finding) =>
    finding.nodes.map((node) =>
      `${finding.id} (${finding.impact}): ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`.trim(),
    ),
  );
}

/** Pixels by which the page is wider than its window. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}

/** A virtual fleet, as a user starts one. */
export function startSimulator(url: string, agents: number, args: readonly string[] = []): Program {
  return new Program('drover-sim', 'packages/simulator/bin/drover-sim.js', {
    args: ['--agents', String(agents), '--url', url, '--heartbeat', '5s', '--health-interval', '0', ...args],
  });
}
