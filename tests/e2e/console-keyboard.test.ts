import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { consoleBench, goByKeys } from './support/console-bench.ts';
import { axeFindings } from './support/console-page.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 30;
const BODY = `receivers:
  otlp:
    protocols:
      grpc: {}
exporters:
  debug: {}
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`;

/** What has the focus, as it is called. */
function focused(page: Page): Promise<string> {
  return page.evaluate(
    "(() => { const at = document.activeElement; return at === document.body ? 'nothing' : at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent ?? at.tagName; })()",
  ) as Promise<string>;
}

/** Presses Tab until the element of this name has the focus, as one who has no pointer does. */
async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await eventually(`${name} has the focus`, async () => {
    if (name.test(await focused(page))) return true;
    await page.keyboard.press(key);
    return name.test(await focused(page));
  });
}

/** Opens the palette, types, and goes where the option of this name leads. */
async function findAndGo(page: Page, words: string, option: RegExp): Promise<void> {
  const field = page.getByRole('combobox', { name: /^Find/ });
  await eventually('the palette is there', async () => {
    await page.keyboard.press('Control+k');
    return field.isVisible();
  });
  await eventually('its field has the focus', async () => (await focused(page)).startsWith('Find'));
  await page.keyboard.type(words);
  const chosen = page.getByRole('option', { name: option, selected: true });
  await eventually(`${option} is chosen`, async () => {
    if ((await page.getByRole('option', { name: option }).count()) === 0) return false;
    if ((await chosen.count()) > 0) return true;
    await page.keyboard.press('ArrowDown');
    return false;
  });
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
}

describeWithBrowser('the console without a pointer', () => {
  const bench = consoleBench('console-keyboard');

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--http', '0', '--read-only', '0', '--fail-rate', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: BODY });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('all run it', async () => (await api.getRollout(id)).state === 'succeeded');
    await api.putConfig('edge', { body: `${BODY}# again\n` });
  });

  test('the focus is at the start of a page that one comes to, and on the row that one comes back from', async () => {
    const { page, context } = await bench.signedIn();
    await page.locator('[data-row-link]').first().waitFor();
    for (let row = 0; row < 3; row += 1) await page.keyboard.press('j');
    const third = await focused(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/agents\/[0-9a-f-]{36}$/);
    const isOnMain = () => page.evaluate("document.activeElement.id === 'main'") as Promise<boolean>;
    await eventually('the content has the focus', isOnMain);
    await page.goBack();
    await eventually('the row has the focus again', async () => (await focused(page)) === third);
    await goByKeys(page, 'gc', '/configs');
    await eventually('the content has the focus', isOnMain);
    await context.close();
  });

  test('a dialog gives the focus back, and what goes away leaves it to what stands in its place', async () => {
    const { api } = bench.server;
    for (const name of ['first', 'second', 'third']) await api.putSecret(name, { value: 'planted' });
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs?tab=secrets');
    await page.getByRole('button', { name: 'Delete second' }).waitFor();
    await page.getByRole('button', { name: 'Delete second' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await eventually('it has the focus again', async () => (await focused(page)) === 'Delete second');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Delete 1 secret$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete second' }).waitFor({ state: 'detached' });
    await eventually('the row in its place has the focus', () =>
      page.evaluate("document.activeElement.closest('[role=row]')?.textContent.includes('third') === true"),
    );
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Find/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await eventually('the palette gives it back too', () =>
      page.evaluate("document.activeElement.closest('[role=row]') !== null"),
    );
    await context.close();
  });

  test('acts of the palette: theme, keys, and out', async () => {
    const { page, context } = await bench.signedIn();
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    await findAndGo(page, 'dark', /Dark theme/);
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
    await findAndGo(page, 'keyboard', /Keyboard shortcuts/);
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await findAndGo(page, 'log out', /Log out/);
    await page.waitForURL('**/login?**');
    await context.close();
  });

  test('the end of a rollout is told on every other page, to the ear too, and its own page shows it', async () => {
    const { api } = bench.server;
    const { page, context } = await bench.signedIn({ colorScheme: 'dark' });
    await bench.open(page, '/configs');
    const target = { kind: 'config', name: 'edge', revision: 2 } as const;
    const waves = [{ count: 1, approval: true }];
    const { id } = await api.createRollout({ target, selector: '', strategy: { kind: 'waves', waves } });
    await page.getByRole('link', { name: /1 rollout running/ }).waitFor();
    // Halted for its approval it runs no longer, which is news as well.
    const news = page.getByRole('status').filter({ hasText: 'Rollout of' });
    await news.getByText('Paused').waitFor();
    await api.actOnRollout(id, 'abort');
    expect(await axeFindings(page)).toEqual([]);
    await news.getByRole('link', { name: 'edge r2' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/rollouts/${id}`);
    const told = page.getByRole('status').filter({ hasText: 'rollout of edge r2' });
    await told.waitFor({ state: 'attached' });
    expect(await told.getByRole('button').count()).toBe(0);
    await context.close();
  });
});
