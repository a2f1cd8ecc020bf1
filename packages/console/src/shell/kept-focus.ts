/** What a keyboard reaches. */
export const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/** Where an element stood: each element around it, with the place among its children that leads to it. */
export type Trail = readonly { readonly around: Element; readonly place: number }[];

export function trailOf(element: Element, main: Element): Trail {
  const trail: { around: Element; place: number }[] = [];
  for (let at = element; at !== main && at.parentElement !== null; at = at.parentElement)
    trail.push({ around: at.parentElement, place: [...at.parentElement.children].indexOf(at) });
  return trail;
}

/** What stands now where the element stood: the next of its kind, or the one before it; else the content as a whole. */
export function nearestOf(trail: Trail, main: HTMLElement): HTMLElement {
  for (const { around, place } of trail) {
    if (!around.isConnected) continue;
    // The page itself was exchanged: another page has nothing that stands in the place of it.
    if (around === main) return main;
    for (const sibling of [around.children[place], around.children[place - 1]]) {
      const found = sibling === undefined ? undefined : firstFocusable(sibling);
      if (found !== undefined) return found;
    }
  }
  return main;
}

function firstFocusable(element: Element): HTMLElement | undefined {
  const found =
    element.querySelector<HTMLElement>('a[data-row-link]') ??
    (element.matches(FOCUSABLE) ? (element as HTMLElement) : element.querySelector<HTMLElement>(FOCUSABLE));
  return found ?? undefined;
}
