import { useRouter } from '@tanstack/react-router';
import { type RefObject, useEffect } from 'react';

/**
 * Where the focus is after a way from page to page: on the row that one comes back from, else at the start of the content.
 * A page that has put it somewhere itself keeps it there.
 */
export function useArrivalFocus(mainRef: RefObject<HTMLElement | null>): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, toLocation }) => {
        const main = mainRef.current;
        if (main === null || fromLocation === undefined) return;
        if (fromLocation.pathname === toLocation.pathname) return;
        if (document.activeElement !== main && main.contains(document.activeElement)) return;
        (rowThatLeadsTo(main, fromLocation.pathname) ?? main).focus({ preventScroll: true });
      }),
    [router, mainRef],
  );
}

function rowThatLeadsTo(main: HTMLElement, pathname: string): HTMLElement | undefined {
  // The address in a link may have the path before it under which a proxy serves the console.
  return [...main.querySelectorAll<HTMLAnchorElement>('a[data-row-link]')].find((link) =>
    new URL(link.href).pathname.endsWith(pathname),
  );
}
