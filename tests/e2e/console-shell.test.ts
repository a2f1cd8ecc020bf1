import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { collectorBody } from './support/board-fleet.ts';
import { consoleBench, judged } from './support/console-bench.ts';
import { untilFocused } from './support/focus.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const AGENTS = 3;
const PHONE = 390;

async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (box === null) throw new Error('it is not drawn');
  return box;
}

/** Resolves when all of the element is inside the window, from left to right. */
function untilWithin(page: Page, element: Locator): Promise<boolean> {
  return eventually('it is in view', async () => {
    const { x, width } = await boxOf(element);
    return x >= 0 && x + width <= (page.viewportSize()?.width ?? 0);
  });
}

describeWithBrowser('menus, keys, tabs and headings', () => {
  const bench = consoleBench('console-shell');
  let agent = '';

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--http', '0', '--read-only', '0', '--fail-rate', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: collectorBody(['otlp/a']) });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('all run it', async () => (await api.getRollout(id)).state === 'succeeded');
    agent = (await api.listAgents({ limit: 1 })).items[0]?.instanceUid ?? '';
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', PHONE],
  ] as const) {
    test(`${colorScheme}, ${width} px: each menu is one to axe, keys go through it and back to its button`, async () => {
      const ui = await bench.signedIn({ width, colorScheme });
      const { page } = ui;
      await page.getByRole('table', { name: 'Agents' }).waitFor();
      const menus = [
        [/^Account and theme/, 'menuitemradio'],
        [/^Type$/, 'menuitemradio'],
        [/^Export/, 'menuitem'],
        ...(width === PHONE ? ([[/^More$/, 'menuitem']] as const) : []),
      ] as const;
      for (const [name, role] of menus) {
        await page.getByRole('button', { name }).filter({ visible: true }).focus();
        await page.keyboard.press('Enter');
        await untilFocused(page, role, /./);
        expect(await judged(ui, `menu ${name}`)).toEqual([]);
        const first = await page.getByRole(role).first().textContent();
        await page.keyboard.press('End');
        await eventually('the last entry has the focus', () =>
          page.evaluate(
            "document.activeElement === [...document.querySelectorAll('[data-menu-item]')].at(-1)",
          ),
        );
        await page.keyboard.press('Home');
        await eventually(
          'the first one has it',
          async () => (await page.evaluate('document.activeElement.textContent')) === first,
        );
        await page.keyboard.press('Escape');
        await page.getByRole('menu').waitFor({ state: 'detached' });
        await untilFocused(page, 'button', name);
      }
      await ui.context.close();
    });

    test(`${colorScheme}, ${width} px: the keys stand beside what they do`, async () => {
      const ui = await bench.signedIn({ width, colorScheme });
      const { page } = ui;
      await page.getByRole('table', { name: 'Agents' }).waitFor();
      const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await eventually('the help is there', async () => {
        await page.keyboard.press('?');
        return help.isVisible();
      });
      expect(await judged(ui, 'keys')).toEqual([]);
      const overlaps = await help.evaluate((dialog) => {
        const all = (dialog as unknown as { querySelectorAll(of: string): Iterable<Term> }).querySelectorAll(
          'dl > div',
        );
        return [...all].filter(({ children: [keys, meaning] }) => {
          const end = Math.max(
            ...[...(keys?.children ?? [])].map((key) => key.getBoundingClientRect().right),
          );
          const chips = [...(keys?.children ?? [])].some((key) => key.scrollWidth > key.clientWidth);
          return chips || end > (meaning?.getBoundingClientRect().left ?? 0);
        }).length;
      });
      expect(overlaps).toBe(0);
      await ui.context.close();
    });
  }

  test('on a phone tabs stand in one line that scrolls, with the chosen one in view, and arrows bring the next one', async () => {
    const ui = await bench.signedIn({ width: PHONE });
    const { page } = ui;
    for (const path of [
      `/agents/${agent}?tab=timeline`,
      '/configs/edge?tab=history',
      '/connections?tab=credentials',
      '/configs?tab=secrets',
      '/activity?tab=agents',
      '/settings?tab=schemas',
    ]) {
      await bench.open(page, path);
      const list = page.getByRole('tablist');
      const tabs = list.getByRole('tab');
      await tabs.first().waitFor();
      const tops = await Promise.all((await tabs.all()).map(async (tab) => (await boxOf(tab)).y));
      expect([path, new Set(tops).size]).toEqual([path, 1]);
      await untilWithin(page, tabs.last());
      expect(await judged(ui, path)).toEqual([]);
    }
    await bench.open(page, `/agents/${agent}`);
    const list = page.getByRole('tablist');
    const tabs = list.getByRole('tab');
    // It fades where there is more.
    const fadesAt = () => list.getAttribute('data-more');
    await eventually('there is more at its end', async () => (await fadesAt()) === 'end');
    await tabs.first().focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL('**tab=timeline**');
    await untilFocused(page, 'tab', /^Timeline$/);
    await untilWithin(page, tabs.last());
    await eventually('there is more at its start alone', async () => (await fadesAt()) === 'start');
    await page.setViewportSize({ width: 1440, height: 900 });
    await eventually('there is no more of it', async () => (await fadesAt()) === 'none');
    await ui.context.close();
  });

  test('on a phone the primary act of a page comes first, and the others share their lines', async () => {
    const ui = await bench.signedIn({ width: PHONE });
    const { page } = ui;
    await bench.open(page, '/configs/edge');
    const primary = await boxOf(page.getByRole('link', { name: 'Roll out', exact: true }));
    const others = [
      page.getByRole('button', { name: /^Delete/ }),
      page.getByRole('link', { name: /^Roll out \w/ }),
    ];
    await others[1]?.waitFor();
    const boxes = await Promise.all(others.map(boxOf));
    expect(new Set(boxes.map(({ y }) => y)).size).toBe(1);
    for (const { y } of boxes) expect(y).toBeGreaterThanOrEqual(primary.y + primary.height);
    const [first, last] = boxes;
    expect(first?.x).toBe(primary.x);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(primary.x + primary.width, 0);
    await ui.context.close();
  });
});

/** A line of the help: the keys, and what they do. */
interface Term {
  readonly children: readonly {
    readonly children: Iterable<{
      readonly scrollWidth: number;
      readonly clientWidth: number;
      getBoundingClientRect(): { readonly right: number };
    }>;
    getBoundingClientRect(): { readonly left: number };
  }[];
}
