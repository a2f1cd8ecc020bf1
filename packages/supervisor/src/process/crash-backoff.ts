const INITIAL_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;

/** From so many failed starts in a row the agent is said to be in a crash loop. */
export const CRASH_LOOP_AFTER = 3;

/** How long to wait before the start that follows `failures` failures in a row; `random` is in [0, 1). Between half and all of a doubling time, so that hosts that crash together do not start together. */
export function restartDelayMs(failures: number, random: number): number {
  const ceiling = Math.min(INITIAL_DELAY_MS * 2 ** Math.max(failures - 1, 0), MAX_DELAY_MS);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
