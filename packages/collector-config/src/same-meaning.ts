import { type ConfigValue, isConfigList, isConfigMap } from './config-data.ts';

/** What Collectors and this project write in the place of a secret. */
const MASKED = /\[REDACTED\]|\*{4}|<redacted>/;
const NANOSECONDS = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
} as const;
const DURATION = /^[-+]?(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/;
const DURATION_PART = /(\d+)(?:\.(\d+))?(ns|us|µs|μs|ms|s|m|h)/g;

/** True where a value cannot be compared: it is masked, or a reference that only the agent resolves. */
export function isOpaque(value: ConfigValue | undefined): boolean {
  return typeof value === 'string' && (MASKED.test(value) || value.includes('${'));
}

/**
 * True where two single values mean the same to a Collector: `1m` and `1m0s`, `4317` and `"4317"`, `detailed` and
 * `Detailed`. Two words that differ in case alone count as one, since Collectors report settings out of a choice in
 * another case than they take them.
 */
export function isSameScalar(a: ConfigValue, b: ConfigValue): boolean {
  if (isConfigMap(a) || isConfigMap(b) || isConfigList(a) || isConfigList(b)) return false;
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  const [one, other] = [String(a), String(b)];
  if (one === other) return true;
  if (/^[A-Za-z_-]+$/.test(one) && one.toLowerCase() === other.toLowerCase()) return true;
  const [first, second] = [durationNs(one), durationNs(other)];
  return first !== undefined && first === second;
}

/** Nothing, in one of the ways in which it can be written. */
export function isEmpty(value: ConfigValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (isConfigList(value)) return value.length === 0;
  return isConfigMap(value) && Object.keys(value).length === 0;
}

/** A duration as Go writes it; undefined where it is none. */
function durationNs(text: string): bigint | undefined {
  if (text.length > 64 || !DURATION.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = '0', fraction = '', unit = 's'] of text.matchAll(DURATION_PART)) {
    const factor = NANOSECONDS[unit as keyof typeof NANOSECONDS];
    total += BigInt(whole) * factor;
    if (fraction !== '') total += (BigInt(fraction) * factor) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -total : total;
}
