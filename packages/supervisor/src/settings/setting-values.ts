// The small build of zod: the full one takes 9 MB of memory for the life of the process.
import * as z from 'zod/mini';
import { parseDurationMs } from './duration.ts';

/** Kinds of values. Those that come from the environment are texts, so booleans and numbers are also read from text. */

export const flag = z.union(
  [
    z.boolean(),
    z.pipe(
      z.enum(['true', 'false']),
      z.transform((text) => text === 'true'),
    ),
  ],
  'must be true or false',
);

export function wholeUpTo(maximum: number) {
  return z.pipe(
    z.union([z.number(), z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number))]),
    z.int().check(z.minimum(0), z.maximum(maximum)),
  );
}

export const durationMs = z.pipe(
  z.string('must be a duration with its unit, such as 500ms, 5s or 1m30s'),
  z.transform((text, context) => {
    const ms = parseDurationMs(text);
    if (ms !== undefined) return ms;
    const message = `"${text}" is not a duration; write it as 500ms, 5s or 1m30s`;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  }),
);

export const positiveMs = z.pipe(durationMs, z.number().check(z.positive('must be longer than 0s')));

export const texts = z.array(z.string());
export const attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export const anything = z.record(z.string(), z.unknown());

/** Header names with one value, or several that are sent as one line. */
export const headers = z.record(z.string(), z.union([z.string(), texts]));

export function headerLines(
  written: Readonly<Record<string, string | readonly string[]>> | null | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(written ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(', '),
    ]),
  );
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Nothing that is counted in bytes here can do with less. */
const LEAST_BYTES = 2 ** 20;

/** An amount of 1 MiB or more, written with its unit. */
export const bytes = z.pipe(
  z.union([z.string(), z.number()], 'must be a size with its unit, such as 512MiB or 2GiB'),
  z.transform((value, context) => {
    const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMG]i?B|B|)$/.exec(String(value).trim()) ?? [];
    const amount = number === '' ? Number.NaN : Math.round(Number(number) * (UNITS[unit] ?? Number.NaN));
    if (amount >= LEAST_BYTES && Number.isSafeInteger(amount)) return amount;
    const message = `"${String(value)}" is no size of 1MiB or more; write it as 512MiB or 2GiB`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  }),
);
