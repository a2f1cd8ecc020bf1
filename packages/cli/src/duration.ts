import { usageError } from './failure.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `30s`, `5m`, `1h30m`, `2d`, in seconds; for commander's option parsing. */
export function parseSeconds(text: string): number {
  if (!/^(?:\d+[smhd])+$/.test(text))
    throw usageError(`"${text}" is not a duration such as 30s, 5m or 1h30m.`);
  let seconds = 0;
  for (const [, count = '0', unit = 's'] of text.matchAll(/(\d+)([smhd])/g))
    seconds += Number(count) * SECONDS[unit as keyof typeof SECONDS];
  return seconds;
}
