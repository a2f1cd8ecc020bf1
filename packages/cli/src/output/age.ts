const STEPS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
] as const;

/** How long ago, in one unit: `3m`, `2h`, `5d`. A time in the future (clocks differ) is `0s`. */
export function ageText(time: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(time)) / 1000));
  for (const [length, unit] of STEPS) {
    if (seconds >= length) return `${Math.floor(seconds / length)}${unit}`;
  }
  return '0s';
}

/** A duration such as `30d`, `12h`, `90m` or `45s` in milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,8})(s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const step = STEPS.find(([, unit]) => unit === match[2]);
  return step === undefined ? undefined : Number(match[1]) * step[0] * 1000;
}
