import { type RefObject, useEffect, useRef, useState } from 'react';

/** On which sides of a line that scrolls sideways there is more of it. */
export type MoreSides = 'none' | 'start' | 'end' | 'both';

/** Pixels that a line may be off by rounding. */
const SLACK_PX = 1;
/** What stays beside the chosen one, so that its neighbour is seen to be there. */
const MARGIN_PX = 32;

/** A line that scrolls sideways where it has no room: says where there is more, and brings the chosen one into view. */
export function useScrollHint<T extends HTMLElement>(
  chosen: string,
): { readonly ref: RefObject<T | null>; readonly more: MoreSides } {
  const ref = useRef<T>(null);
  const [more, setMore] = useState<MoreSides>('none');
  // biome-ignore lint/correctness/useExhaustiveDependencies: another chosen one is brought into view
  useEffect(() => {
    const line = ref.current;
    if (line === null) return;
    const measure = () => setMore(moreSides(line));
    const observer = new ResizeObserver(() => {
      reveal(line);
      measure();
    });
    observer.observe(line);
    // A word that grows, by a count that comes, makes the line longer without a change of its room.
    for (const child of line.children) observer.observe(child);
    line.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      line.removeEventListener('scroll', measure);
    };
  }, [chosen]);
  return { ref, more };
}

function moreSides(line: HTMLElement): MoreSides {
  const end = line.scrollWidth - line.clientWidth;
  const isMoreBefore = line.scrollLeft > SLACK_PX;
  const isMoreAfter = line.scrollLeft < end - SLACK_PX;
  if (isMoreBefore) return isMoreAfter ? 'both' : 'start';
  return isMoreAfter ? 'end' : 'none';
}

/** Scrolls the line alone: the page stays where it is. */
function reveal(line: HTMLElement): void {
  const chosen = line.querySelector('[aria-selected="true"], [aria-current]');
  if (chosen === null) return;
  const around = line.getBoundingClientRect();
  const own = chosen.getBoundingClientRect();
  const before = own.left - around.left - MARGIN_PX;
  const after = own.right - around.right + MARGIN_PX;
  if (before < 0) line.scrollLeft += before;
  else if (after > 0) line.scrollLeft += after;
}
