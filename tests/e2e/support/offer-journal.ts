import { readFileSync } from 'node:fs';

/** A line of `drover-sim --journal`; `place` counts the lines of all agents, which are in the order of their happening. */
export interface OfferEntry {
  readonly place: number;
  readonly atMs: number;
  readonly event: 'offered' | 'applied' | 'failed';
  readonly uid: string;
  readonly hash: string;
  readonly error: string;
}

/** What is whole of the journal by now. */
export function readOfferJournal(path: string): readonly OfferEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, place) => {
    const { at, event, uid, hash, error = '' } = JSON.parse(line);
    return { place, atMs: Date.parse(at), event, uid, hash, error };
  });
}

/** What an agent said of a content. */
export interface Verdict {
  readonly place: number;
  readonly state: 'applied' | 'failed';
  readonly error: string;
}

/** By agent: its first offer of this content, its first verdict on it and its last. */
export function offersOf(journal: readonly OfferEntry[], hash: string) {
  const firstOffers = new Map<string, OfferEntry>();
  const firstVerdicts = new Map<string, Verdict>();
  const lastVerdicts = new Map<string, Verdict>();
  for (const entry of journal) {
    if (entry.hash !== hash) continue;
    const { place, event, uid, error } = entry;
    if (event === 'offered') {
      if (!firstOffers.has(uid)) firstOffers.set(uid, entry);
      continue;
    }
    const verdict = { place, state: event, error };
    if (!firstVerdicts.has(uid)) firstVerdicts.set(uid, verdict);
    lastVerdicts.set(uid, verdict);
  }
  return { firstOffers, firstVerdicts, lastVerdicts };
}
