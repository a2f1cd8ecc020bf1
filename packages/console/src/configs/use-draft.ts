import { useCallback, useEffect, useRef, useState } from 'react';
import { type Draft, dropDraft, readDraft, writeDraft } from './draft.ts';

const KEEP_AFTER_MS = 300;

export interface DraftState {
  readonly draft: Draft | undefined;
  /** The draft was there when the page came. */
  readonly isRestored: boolean;
  readonly isKept: boolean;
  readonly change: (next: Omit<Draft, 'typedAt'>) => void;
  readonly drop: () => void;
}

export function useDraft(config: string): DraftState {
  const [draft, setDraft] = useState(() => readDraft(localStorage, config));
  const [isRestored, setRestored] = useState(draft !== undefined);
  const [isKept, setKept] = useState(true);
  const waiting = useRef<Draft>(undefined);

  const keep = useCallback(() => {
    const next = waiting.current;
    if (next === undefined) return;
    waiting.current = undefined;
    setKept(writeDraft(localStorage, config, next));
  }, [config]);
  useEffect(() => {
    if (draft === undefined) return;
    const timer = setTimeout(keep, KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [draft, keep]);
  // A page that goes away within the pause keeps its text all the same.
  useEffect(() => {
    window.addEventListener('pagehide', keep);
    return () => {
      window.removeEventListener('pagehide', keep);
      keep();
    };
  }, [keep]);

  return {
    draft,
    isRestored,
    isKept,
    change: (next) => {
      const stamped = { ...next, typedAt: Date.now() };
      waiting.current = stamped;
      setDraft(stamped);
    },
    drop: () => {
      waiting.current = undefined;
      dropDraft(localStorage, config);
      setDraft(undefined);
      setRestored(false);
    },
  };
}
