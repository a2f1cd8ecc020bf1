/** How long a change waits for others that come with it. */
const QUIET_MS = 150;
/** How long a change waits at most. */
const LONGEST_MS = 1_000;

/** Turns a burst of changes into one report. */
export interface ReportPacer {
  /** Something changed: `report` runs when changes have stopped coming. */
  touch(): void;
  /** Runs `report` now. */
  flush(): void;
  close(): void;
}

export function reportPacer(report: () => void): ReportPacer {
  let quiet: NodeJS.Timeout | undefined;
  let longest: NodeJS.Timeout | undefined;
  const clear = () => {
    clearTimeout(quiet);
    clearTimeout(longest);
    quiet = undefined;
    longest = undefined;
  };
  const flush = () => {
    clear();
    report();
  };
  return {
    touch() {
      clearTimeout(quiet);
      quiet = setTimeout(flush, QUIET_MS);
      longest ??= setTimeout(flush, LONGEST_MS);
    },
    flush,
    close: clear,
  };
}
