import { type RefObject, useEffect } from 'react';
import { FOCUSABLE, nearestOf, type Trail, trailOf } from './kept-focus.ts';

/**
 * An element that had the focus and goes away (a row that was deleted, a button whose act is done, a dialog) leaves the
 * focus to what stands in its place or had it before, and not to the top of the document.
 */
export function useKeptFocus(mainRef: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const main = mainRef.current;
    if (main === null) return;
    let focused: Element | undefined;
    /** The last one that was in no dialog, and where it stood if it was in the content. */
    let last: { readonly element: HTMLElement; readonly trail: Trail } | undefined;
    const onFocusIn = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement)) return;
      focused = target;
      if (target.closest('[role="dialog"]') === null)
        last = { element: target, trail: main.contains(target) ? trailOf(target, main) : [] };
    };
    // Who presses beside everything wants the focus nowhere. A button that is busy loses it too, and gets it back.
    const onClick = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest(FOCUSABLE) === null) focused = undefined;
    };
    const observer = new MutationObserver(() => {
      if (focused === undefined || focused.isConnected) return;
      if (document.activeElement !== null && document.activeElement !== document.body) return;
      focused = undefined;
      const next = last?.element.isConnected ? last.element : nearestOf(last?.trail ?? [], main);
      next.focus({ preventScroll: true });
    });
    document.addEventListener('focusin', onFocusIn);
    document.addEventListener('click', onClick);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', onFocusIn);
      document.removeEventListener('click', onClick);
      observer.disconnect();
    };
  }, [mainRef]);
}
