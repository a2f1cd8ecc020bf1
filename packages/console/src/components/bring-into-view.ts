/** For so long what loads above may still push it away. */
const SETTLING_MS = 3000;
const HANDS = ['wheel', 'pointerdown', 'keydown', 'touchstart'] as const;

/**
 * Puts an element's start at the start of the window, and again whenever what loads around it moves it, until somebody
 * touches the page or three seconds are over. What it gives ends it.
 */
export function bringIntoView(element: HTMLElement): () => void {
  const show = () => element.scrollIntoView({ block: 'start' });
  const sizes = new ResizeObserver(show);
  const ended = new AbortController();
  const end = () => {
    sizes.disconnect();
    ended.abort();
    clearTimeout(timer);
  };
  const timer = setTimeout(end, SETTLING_MS);
  for (const hand of HANDS)
    window.addEventListener(hand, end, { capture: true, passive: true, signal: ended.signal });
  sizes.observe(document.body);
  show();
  return end;
}
