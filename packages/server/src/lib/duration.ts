const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;

/** Reads `90s`, `1h30m`, `30d` as milliseconds; undefined where the text is no duration. A number needs its unit. */
export function parseDuration(text: string): number | undefined {
  let totalMs = 0;
  let end = 0;
  PART.lastIndex = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    totalMs += Number(part[1]) * (UNITS[part[2] ?? ''] ?? 0);
    end = PART.lastIndex;
  }
  return end > 0 && end === text.length ? Math.round(totalMs) : undefined;
}

/** The shortest exact text of a duration, e.g. `1h30m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
