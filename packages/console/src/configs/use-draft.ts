import { useCallback, useEffect, useRef, useState } from 'react';
import { type Draft, dropDraft, keyOf, pruneDrafts, readDraft, writeDraft } from './draft.ts';

const KEEP_AFTER_MS = 300;
/** To write a large text takes a while: that happens less often. */
const KEEP_AFTER_MS_PER_CHAR = 0.001;

export interface DraftState {
  readonly draft: Draft | undefined;
  /** When the draft was typed that was there when the page came; undefined where there was none, or it is gone. */
  readonly restoredAt: number | undefined;
  readonly isKept: boolean;
  /** Another tab of this browser keeps another text of the same configuration. */
  readonly isElsewhere: boolean;
  /** What was dropped by hand since the page came, and can be had back. */
  readonly dropped: Draft | undefined;
  readonly change: (next: Omit<Draft, 'typedAt'>) => void;
  /** There is nothing to keep. */
  readonly drop: () => void;
  /** This body is on the server now; what was typed since then stays, made from what `from` says. */
  readonly saved: (body: string, from: Pick<Draft, 'baseHash' | 'draftHash'>) => void;
  /** As a person wishes; `bringBack` takes it back. */
  readonly discard: () => void;
  readonly bringBack: () => void;
  /** What was restored was seen. */
  readonly dismiss: () => void;
}

/** The text of a configuration that was typed and not saved. This browser keeps it, also over a reload. */
export function useDraft(config: string): DraftState {
  const [draft, setDraft] = useState(() => {
    pruneDrafts(localStorage, Date.now());
    return readDraft(localStorage, config);
  });
  const [restoredAt, setRestoredAt] = useState(draft?.typedAt);
  const [isKept, setKept] = useState(true);
  const [isElsewhere, setElsewhere] = useState(false);
  const [dropped, setDropped] = useState<Draft>();
  const newest = useRef(draft);
  newest.current = draft;
  const waiting = useRef<Draft>(undefined);
  const isGone = useRef(false);

  const keep = useCallback(() => {
    const next = waiting.current;
    if (next === undefined) return;
    waiting.current = undefined;
    setKept(writeDraft(localStorage, config, next));
  }, [config]);
  useEffect(() => {
    if (draft === undefined) return;
    const timer = setTimeout(keep, KEEP_AFTER_MS + draft.body.length * KEEP_AFTER_MS_PER_CHAR);
    return () => clearTimeout(timer);
  }, [draft, keep]);
  // A page that goes away within the pause keeps its text all the same.
  useEffect(() => {
    isGone.current = false;
    const onStorage = ({ key, newValue }: StorageEvent) => {
      if (key === keyOf(config)) setElsewhere(newValue !== null);
    };
    window.addEventListener('pagehide', keep);
    window.addEventListener('storage', onStorage);
    return () => {
      isGone.current = true;
      window.removeEventListener('pagehide', keep);
      window.removeEventListener('storage', onStorage);
      keep();
    };
  }, [config, keep]);

  const set = (next: Draft) => {
    newest.current = next;
    waiting.current = next;
    setDraft(next);
    // The editor may tell its last keys when the page is gone already.
    if (isGone.current) keep();
  };
  const drop = () => {
    waiting.current = undefined;
    dropDraft(localStorage, config);
    setDraft(undefined);
    setRestoredAt(undefined);
  };
  return {
    draft,
    restoredAt,
    isKept,
    isElsewhere,
    dropped,
    change: (next) => {
      setDropped(undefined);
      // Undone in the editor: it is the dropped text again, and what it was made from.
      set(dropped?.body === next.body ? dropped : { ...next, typedAt: Date.now() });
    },
    drop: () => {
      setDropped(undefined);
      drop();
    },
    saved: (body, from) => {
      setDropped(undefined);
      const typed = newest.current;
      if (typed === undefined || typed.body === body) drop();
      else set({ ...typed, ...from });
    },
    discard: () => {
      setDropped(draft);
      drop();
    },
    bringBack: () => {
      if (dropped !== undefined) set(dropped);
      setDropped(undefined);
    },
    dismiss: () => setRestoredAt(undefined),
  };
}
