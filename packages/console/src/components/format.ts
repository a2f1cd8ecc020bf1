const numberFormat = new Intl.NumberFormat('en');
const fourDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

export function formatCount(count: number): string {
  return numberFormat.format(count);
}

/** A measured figure: `0.9987`, `12.35`, `1,235`. What counts whole things stands as it is. */
export function formatFigure(figure: number): string {
  return Number.isInteger(figure) ? formatCount(figure) : fourDigits.format(figure);
}

/** `3 agents`, `1 agent`. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A file that an agent reports; one that it sends alone has no name. */
export function formatFileName(name: string): string {
  return name === '' ? 'a file without a name' : name;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${BYTE_UNITS[unit]}`;
}

/** `0/s`, `0.25/s`, `12.5/s`, `1,234/s`: three digits that count. */
export function formatRate(perSecond: number): string {
  const digits = perSecond === 0 || perSecond >= 100 ? 0 : perSecond >= 10 ? 1 : 2;
  return `${numberFormat.format(Number(perSecond.toFixed(digits)))}/s`;
}

/** Keeps both ends, which tell one identifier from another. */
export function shortenMiddle(text: string, lead: number, tail: number): string {
  return text.length <= lead + tail + 1 ? text : `${text.slice(0, lead)}…${text.slice(-tail)}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; times ahead read `in 5 min`. */
export function formatAge(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  const size = Math.abs(age);
  const text = formatDuration(size);
  if (size < 2 * SECOND) return 'now';
  return age < 0 ? `in ${text}` : `${text} ago`;
}

export function formatDuration(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  if (ms < 365 * DAY) return `${Math.floor(ms / DAY)} d`;
  return `${(ms / (365 * DAY)).toFixed(1)} years`;
}

const exactFormat = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

export function formatExact(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : exactFormat.format(at);
}
