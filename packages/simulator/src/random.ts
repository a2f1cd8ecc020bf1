/** Numbers from a seed: the same seed and words give the same numbers in every run and on every machine. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** One of the items, each as often as its weight says. */
  weighted<T>(items: readonly [readonly [T, number], ...(readonly [T, number])[]]): T;
}

/** FNV-1a over the words, each ended by a separator so that ['ab'] and ['a','b'] differ. */
function hashOf(words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    for (const character of `${word}\u0000`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
  }
  return hash >>> 0;
}

/** Seeded by all of the words together. */
export function seededRandom(...words: readonly (string | number)[]): Random {
  let state = hashOf(words);
  const next = (): number => {
    // mulberry32: 32 bits of state are enough for a fleet's looks, and cost nothing for each of 20,000 agents.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return items[0][0];
    },
  };
}
