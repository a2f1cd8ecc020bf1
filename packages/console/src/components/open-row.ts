import type { MouseEvent } from 'react';

/**
 * What says more on hover lies above the link that covers the row; a click on it opens the row all the same, unless its
 * text was being marked.
 */
export function openRow(event: MouseEvent<HTMLElement>): void {
  const { target, currentTarget, nativeEvent } = event;
  if (!(target instanceof Element) || target.closest('a, button, label, input') !== null) return;
  if (document.getSelection()?.type === 'Range') return;
  currentTarget.querySelector('a[data-row-link]')?.dispatchEvent(new window.MouseEvent('click', nativeEvent));
}
