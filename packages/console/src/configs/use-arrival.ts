import type { ConfigDetail } from '@drover/api';
import { useEffect, useRef, useState } from 'react';

export interface Arrival {
  /** What stood here before. */
  readonly before: { readonly number: number; readonly body: string } | undefined;
  /** It was seen. */
  readonly dismiss: () => void;
  /** The revision of this hash was saved from here. */
  readonly saved: (hash: string) => void;
}

/**
 * A revision that somebody else saved while its text stood here and nothing was typed: it takes the place of the one
 * before, and whoever reads has to know. Several in a row are told from the first on. None is told while `isOurs`:
 * something is typed here, or saved from here.
 */
export function useArrival({ revision, body }: ConfigDetail, isOurs: boolean): Arrival {
  const [before, setBefore] = useState<Arrival['before']>();
  const last = useRef({ number: revision.number, body });
  const own = useRef<string>(undefined);
  useEffect(() => {
    const shown = last.current;
    last.current = { number: revision.number, body };
    if (shown.number === revision.number) return;
    if (isOurs || own.current === revision.hash) setBefore(undefined);
    else if (shown.body !== body) setBefore((first) => first ?? shown);
  }, [revision.number, revision.hash, body, isOurs]);
  return {
    before,
    dismiss: () => setBefore(undefined),
    saved: (hash) => {
      own.current = hash;
    },
  };
}
