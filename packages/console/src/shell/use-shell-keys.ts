import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { hasModifier, isTyping } from '../components/keyboard.ts';
import { PLACES } from './places.ts';
import type { ShellOverlay } from './shell-overlay.ts';

const SEQUENCE_MS = 1200;

/** The keys that work everywhere: `g` and the letter of a page, `/`, `?`, `e` where a page has something to edit, Ctrl or Cmd K. */
export function useShellKeys(open: (overlay: ShellOverlay) => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let goAt = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        open('palette');
        return;
      }
      if (hasModifier(event) || isTyping(event)) return;
      const isSecond = event.timeStamp - goAt < SEQUENCE_MS;
      goAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const place = isSecond ? PLACES.find(({ key }) => key === event.key) : undefined;
      if (place !== undefined) {
        event.preventDefault();
        void navigate({ to: place.to });
      } else if (event.key === '?') {
        event.preventDefault();
        open('keys');
      } else if (event.key === 'e') {
        const goal = document.querySelector<HTMLElement>('main [data-edit]');
        if (goal === null) return;
        event.preventDefault();
        if (goal instanceof HTMLAnchorElement) goal.click();
        else goal.focus();
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[data-page-search]');
        event.preventDefault();
        if (search === null) open('palette');
        else search.focus();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [navigate, open]);
}
