/** What one run measured of one supervisor. Undefined: it did not happen while it was waited for. */
export interface SupervisorFigures {
  readonly startedRssMiB: number;
  readonly startedPssMiB: number;
  readonly changedRssMiB: number;
  readonly idlePercent: number;
  readonly firstMessageS: number | undefined;
  /** Later than the Collector by itself, with a new storage folder and with the one of the start before. */
  readonly laterHealthyS: number | undefined;
  readonly laterHealthyAgainS: number | undefined;
  readonly servingS: number | undefined;
  readonly appliedS: number | undefined;
  readonly silentS: number;
  readonly recordWaitS: number;
  readonly recordsLost: number;
  readonly refusedSilentS: number | undefined;
  readonly refusedFailedS: number | undefined;
  readonly dyingRecoveredS: number | undefined;
  readonly killedServingS: number | undefined;
  readonly startsForHundred: number;
  readonly silentInHundredS: number;
  readonly lastOfHundredS: number | undefined;
}

/** The middle one; what never happened is larger than anything. Undefined where the middle one never happened. */
export function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.map((value) => value ?? Number.POSITIVE_INFINITY).sort((left, right) => left - right);
  const middle = sorted[Math.ceil(sorted.length / 2) - 1];
  return middle === undefined || !Number.isFinite(middle) ? undefined : middle;
}

/** Of each figure the median of the runs. */
export function medianFigures(runs: readonly SupervisorFigures[]): SupervisorFigures {
  const names = Object.keys(runs[0] ?? {}) as (keyof SupervisorFigures)[];
  const entries = names.map((name) => [name, medianOf(runs.map((run) => run[name]))]);
  return Object.fromEntries(entries) as unknown as SupervisorFigures;
}
