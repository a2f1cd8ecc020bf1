import { type RefObject, useEffect, useRef } from 'react';
import { hasModifier, isTyping } from './keyboard.ts';

function stepOf(key: string): number {
  if (key === 'j' || key === 'ArrowDown') return 1;
  if (key === 'k' || key === 'ArrowUp') return -1;
  return 0;
}

/** `x`, with Shift the range up to here; undefined for any other key. */
function chosenBy(key: string): { readonly isRange: boolean } | undefined {
  return key === 'x' || key === 'X' ? { isRange: key === 'X' } : undefined;
}

/** `j` and `k` move the focus over the rows' links, the arrows too once a row has the focus; Enter is the link's own, and `x` is for `choose`. */
export function useRowKeys(
  bodyRef: RefObject<HTMLElement | null>,
  count: number,
  scrollTo: (index: number) => void,
  choose?: (index: number, isRange: boolean) => void,
): void {
  const latest = useRef({ count, scrollTo, choose });
  latest.current = { count, scrollTo, choose };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const body = bodyRef.current;
      const step = stepOf(event.key);
      const chosen = chosenBy(event.key);
      if (body === null || (step === 0 && chosen === undefined) || hasModifier(event) || isTyping(event))
        return;
      const focused = document.activeElement?.closest<HTMLElement>('[data-index]') ?? null;
      const isInside = focused !== null && body.contains(focused);
      if (chosen !== undefined) {
        if (isInside) latest.current.choose?.(Number(focused.dataset.index), chosen.isRange);
        return;
      }
      if (!isInside && event.key.startsWith('Arrow')) return;
      const from = isInside ? Number(focused.dataset.index) : step > 0 ? -1 : 1;
      const next = Math.min(latest.current.count - 1, Math.max(0, from + step));
      if (next < 0) return;
      event.preventDefault();
      latest.current.scrollTo(next);
      const focusRow = (): boolean => {
        const link = body.querySelector<HTMLElement>(`[data-index="${next}"] a[data-row-link]`);
        link?.focus({ preventScroll: true });
        return link !== null;
      };
      // A row that is there has the focus before the next key comes; one that is scrolled into being has it a frame later.
      if (!focusRow()) requestAnimationFrame(focusRow);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [bodyRef]);
}
