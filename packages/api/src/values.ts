import { z } from 'zod';

/** RFC 3339 in UTC, as every time in the interface. */
export const TimeSchema = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

/** Lower-case hex. */
export const HashSchema = z.string().regex(/^[0-9a-f]+$/);

export const InstanceUidSchema = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .meta({ description: 'Instance uid as lower-case UUID text' });

/** Configuration and token names: what is safe in a path, a file name and a YAML key. */
export const NameSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/)
  .meta({
    description:
      'Lower-case letters, digits, ".", "_", "-"; begins and ends with a letter or digit; at most 63',
  });

/** Characters of a search. */
export const SEARCH_MAX_CHARS = 512;
