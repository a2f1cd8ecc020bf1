import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';

/** One thing that is wrong in the settings file, and where. */
export interface SettingsProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type Checked<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingsProblem[] };

const wording = english().localeError;

/** Checks what is written against its schema; lists all that is wrong, each from `path` on. */
export function checkAgainst<T>(
  schema: z.ZodMiniType<T>,
  written: unknown,
  path: readonly string[] = [],
): Checked<T> {
  const result = z.safeParse(schema, written, { error: wording });
  if (result.success) return { kind: 'valid', value: result.data };
  const problems = result.error.issues.map((issue) => ({
    path: [...path, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))],
    message: messageOf(issue),
  }));
  return { kind: 'invalid', problems };
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.join(', ')}`;
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join('; ');
    default:
      return issue.message;
  }
}
