import type { Page } from 'playwright-core';
import { eventually } from './process.ts';

/** What has the focus, as a screen reader is told of it: `button "Save revision"`; `nothing` where nothing has it. */
export async function focusOf(page: Page): Promise<string> {
  const focused = page.locator(':focus:not(body)');
  if ((await focused.count()) === 0) return 'nothing';
  const [first = ''] = (await focused.ariaSnapshot()).split('\n');
  return /^- (\w+(?: "(?:[^"\\]|\\.)*")?)/.exec(first)?.[1] ?? first;
}

/**
 * Whether a person sees where the focus is: inside the window, under nothing else, and marked there by an outline, a
 * shadow, or the text cursor of a field.
 */
const IS_SEEN = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return false;
  const { left, right, top, bottom } = at.getBoundingClientRect();
  const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2;
  const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2;
  if (right <= 0 || left >= innerWidth || bottom <= 0 || top >= innerHeight) return false;
  const over = document.elementFromPoint(x, y);
  if (over === null || !(at.contains(over) || over.contains(at))) return false;
  if (at.isContentEditable || at.matches('input:not([type=checkbox], [type=radio]), textarea')) return true;
  for (let around = at, steps = 0; around !== null && steps < 4; around = around.parentElement, steps += 1) {
    const style = getComputedStyle(around);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return true;
    if (around === at && style.boxShadow !== 'none') return true;
  }
  return false;
})()`;

/** Resolves when what is so called has the focus and is seen to have it: `untilFocused(page, 'button', /^Save/)`. */
export async function untilFocused(page: Page, role: string, name: RegExp | undefined): Promise<void> {
  await eventually(`the focus is on the ${role} ${name ?? ''}`, async () => {
    const focus = await focusOf(page);
    const named = focus.slice(role.length).trim().replace(/^"|"$/g, '');
    if (focus.split(' ')[0] !== role || !(name ?? /^/).test(named)) throw new Error(`it is on: ${focus}`);
    return true;
  });
  await eventually(`one sees that ${name ?? role} has the focus`, () => page.evaluate(IS_SEEN));
}

/** Presses Tab until what is so called has the focus; how many presses that took. Fails where it takes more than `most`. */
export async function tabUntil(page: Page, role: string, name: RegExp, most: number): Promise<number> {
  for (let presses = 0; ; presses += 1) {
    const focus = await focusOf(page);
    if (focus.startsWith(`${role} `) && name.test(focus.slice(role.length + 1).replace(/^"|"$/g, ''))) {
      await untilFocused(page, role, name);
      return presses;
    }
    if (presses === most)
      throw new Error(`${most} presses of Tab do not reach ${role} ${name}; the focus is on: ${focus}`);
    await page.keyboard.press('Tab');
  }
}
