import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

const DELAY_MS = 350;

interface ShownHint {
  readonly target: HTMLElement;
  readonly text: string;
}

function hintedBy({ target }: Event): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-hint]') : null;
}

/**
 * Shows what `data-hint` says of that at which the pointer rests. One for the whole page: a tooltip of its own for each
 * cell of a table is most of what its rows cost.
 */
export function HintHost() {
  const [shown, setShown] = useState<ShownHint>();
  useEffect(() => {
    let target: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      target = null;
      clearTimeout(timer);
      setShown(undefined);
    };
    const onOver = (event: PointerEvent) => {
      const next = event.pointerType === 'touch' ? null : hintedBy(event);
      if (next === target) return;
      hide();
      target = next;
      if (next !== null)
        timer = setTimeout(() => setShown({ target: next, text: next.dataset.hint ?? '' }), DELAY_MS);
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') hide();
    };
    document.addEventListener('pointerover', onOver);
    document.documentElement.addEventListener('pointerleave', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('scroll', hide, { capture: true, passive: true });
    document.addEventListener('keydown', onKey);
    return () => {
      hide();
      document.removeEventListener('pointerover', onOver);
      document.documentElement.removeEventListener('pointerleave', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('scroll', hide, { capture: true });
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  if (shown === undefined) return null;
  // Inside the page's own landmark: beside it no screen reader looks for text.
  const within = document.querySelector('main') ?? document.body;
  return (
    <Tooltip target={shown.target} label={shown.text} opened multiline portalProps={{ target: within }} />
  );
}
