import { type RolloutWindow, WEEK_DAYS } from '@drover/api';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Further ahead no window opens: each has a day in a week, and a clock that is set forward may hide one. */
const LOOK_AHEAD_MINUTES = 9 * DAY_MINUTES;

interface LocalTime {
  /** From 0, Monday. */
  readonly day: number;
  readonly minute: number;
}

/** Whether the window is open at this moment. */
export function isWindowOpen(window: RolloutWindow, nowMs: number): boolean {
  return isOpenAt(window, localTime(window.timezone ?? 'UTC', nowMs));
}

/** When it opens next, on the minute; `nowMs` itself while it is open. */
export function windowOpensAtMs(window: RolloutWindow, nowMs: number): number {
  if (isWindowOpen(window, nowMs)) return nowMs;
  const start = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const { from } = window;
  for (let minutes = 1; minutes <= LOOK_AHEAD_MINUTES; ) {
    const atMs = start + minutes * MINUTE_MS;
    const local = localTime(window.timezone ?? 'UTC', atMs);
    if (isOpenAt(window, local)) return atMs;
    // Straight to the next time of day at which it can open; an hour at most, since clocks are set.
    const untilOpening = (minuteOf(from) - local.minute + DAY_MINUTES) % DAY_MINUTES;
    minutes += untilOpening === 0 ? 1 : Math.min(untilOpening, 60);
  }
  return start + LOOK_AHEAD_MINUTES * MINUTE_MS;
}

function isOpenAt({ days, from, to }: RolloutWindow, { day, minute }: LocalTime): boolean {
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const opensOn = (which: number): boolean => {
    const name = WEEK_DAYS[(which + 7) % 7];
    return days === undefined || (name !== undefined && days.includes(name));
  };
  if (start < end) return opensOn(day) && minute >= start && minute < end;
  return (opensOn(day) && minute >= start) || (opensOn(day - 1) && minute < end);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function localTime(timezone: string, atMs: number): LocalTime {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const read = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  const day = (WEEK_DAYS as readonly string[]).indexOf(read('weekday').toLowerCase());
  return { day, minute: Number(read('hour')) * 60 + Number(read('minute')) };
}
