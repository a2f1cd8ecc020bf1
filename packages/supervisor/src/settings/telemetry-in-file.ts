// The small build of zod: the full one takes 9 MB of memory for the life of the process.
import * as z from 'zod/mini';
import { LOG_ENCODINGS, LOG_LEVELS } from '../logs/log-record.ts';
import { anything, texts } from './setting-values.ts';

/** Upstream knows three levels more, all of them beyond what is ever said here. */
const BEYOND_ERROR = ['dpanic', 'panic', 'fatal'] as const;

const logLevel = z.pipe(
  z.pipe(z.string().check(z.toLowerCase()), z.enum([...LOG_LEVELS, ...BEYOND_ERROR])),
  z.transform((level) => LOG_LEVELS.find((known) => known === level) ?? 'error'),
);

/** What the supervisor says of itself; keys that are not here are read and named as without effect. */
export const telemetryInFile = z.looseObject({
  logs: z.nullish(
    z.looseObject({
      level: z.optional(logLevel),
      encoding: z.optional(z.enum(LOG_ENCODINGS)),
      output_paths: z.optional(texts.check(z.minLength(1, 'must name stdout, stderr or a file'))),
      initial_fields: z.nullish(anything),
    }),
  ),
});

export const healthcheckInFile = z.looseObject({
  endpoint: z.optional(
    z
      .string()
      .check(
        z.refine(
          (text) =>
            text === '' ||
            (/^(?:[^:]*|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(text) &&
              Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535),
          'must be host:port or :port',
        ),
      ),
  ),
});
