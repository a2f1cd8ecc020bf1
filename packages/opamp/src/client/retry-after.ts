/** No server may keep an agent away for longer than this. */
const MAX_WAIT_MS = 24 * 3_600_000;

/** Milliseconds in a Retry-After header, in seconds or as a date (RFC 9110, 10.2.3); undefined where it makes no sense. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_WAIT_MS);
  // A date has letters; Date.parse would take things such as "-5" for a year.
  if (!/^[A-Za-z]{3}/.test(text)) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return undefined;
  return Math.min(Math.max(0, atMs - nowMs), MAX_WAIT_MS);
}

/** Milliseconds of RetryInfo.retry_after_nanoseconds. */
export function retryInfoMs(nanoseconds: bigint): number {
  return Math.min(Number(nanoseconds / 1_000_000n), MAX_WAIT_MS);
}
