import type { AgentFilter, ApiClient } from '@drover/api';
import type { Page } from 'playwright-core';
import { noteFiltered } from './fleet-page-scripts.ts';

/** One filter, as an operator sets it on a page without any, and as the API names it. */
type Narrowing =
  | { readonly typed: string; readonly filter: AgentFilter }
  | { readonly pressed: RegExp; readonly filter: AgentFilter };

/** Their numbers stay the same while connected agents fall silent. */
export const NARROWINGS: readonly Narrowing[] = [
  { typed: 'os.type=linux', filter: { selector: 'os.type=linux' } },
  { typed: 'service.version!=0.149.0', filter: { selector: 'service.version!=0.149.0' } },
  { typed: 'bench-07', filter: { q: 'bench-07' } },
  { typed: 'k8s.cluster.name=cluster-7', filter: { selector: 'k8s.cluster.name=cluster-7' } },
  { typed: 'eu', filter: { q: 'eu' } },
  { pressed: /Disconnected$/, filter: { state: ['disconnected'] } },
  { pressed: /Healthy$/, filter: { health: ['healthy'] } },
];

export const narrowingName = (narrowing: Narrowing): string =>
  'typed' in narrowing ? narrowing.typed : narrowing.pressed.source.replace('$', '');

const searchLine = (page: Page) => page.getByRole('combobox', { name: 'Search the fleet' });

async function narrow(page: Page, narrowing: Narrowing): Promise<void> {
  if ('pressed' in narrowing)
    return page.locator('fieldset').getByRole('button', { name: narrowing.pressed }).click();
  await searchLine(page).focus();
  await page.keyboard.insertText(narrowing.typed);
  await page.keyboard.press('Enter');
}

/** From the press to the frame that shows what matches, on a page that showed the whole fleet. */
export async function filterMs(
  page: Page,
  { api, url }: { readonly api: ApiClient; readonly url: string },
  narrowing: Narrowing,
): Promise<number> {
  const [{ total: matching }, { total }] = await Promise.all([api.stats(narrowing.filter), api.stats()]);
  await page.goto(url);
  await page.locator('[aria-busy="false"] [data-row-link]').first().waitFor();
  await page.locator('fieldset button', { hasText: /\d/ }).first().waitFor();
  const count = `${matching.toLocaleString('en')} of ${total.toLocaleString('en')} agents`;
  // The page has to listen before anything is pressed: what is evaluated and what is typed come by different ways.
  await page.evaluate(noteFiltered(count, matching));
  await narrow(page, narrowing);
  const took = (await page.evaluate('filteredMs')) as number | undefined;
  if (took === undefined)
    throw new Error(`${narrowingName(narrowing)}: the page did not come to show "${count}"`);
  return took;
}

/** One filter after the other in the same tab, each different from all before it. */
export async function filterOften(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const text = `bench-${String(time).padStart(3, '0')}`;
    const answered = page.waitForResponse((response) => response.url().includes(`agents?q=${text}`));
    await searchLine(page).fill(text);
    await page.keyboard.press('Enter');
    await answered;
    await page.locator('[aria-busy="false"] [data-index]', { hasText: text }).first().waitFor();
  }
}
