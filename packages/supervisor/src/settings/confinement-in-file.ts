import * as z from 'zod/mini';
import { type Account, lookUpAccount } from '../confinement/account.ts';
import type { Limits } from '../confinement/limits.ts';
import type { SettingsProblem } from './setting-problem.ts';
import { bytes, wholeUpTo } from './setting-values.ts';

/** The keys `run_as` and `limits` of an agent. */

const nameOrNumber = z.pipe(
  z.union([z.string().check(z.minLength(1)), z.int().check(z.minimum(0))]),
  z.transform((value) => String(value)),
);

export const runAsInFile = z.nullish(z.strictObject({ user: nameOrNumber, group: z.optional(nameOrNumber) }));

const cpus = z.pipe(
  z.union([z.number(), z.pipe(z.string().check(z.regex(/^\d+(?:\.\d+)?$/)), z.transform(Number))]),
  z.number().check(z.minimum(0.01), z.maximum(4_096)),
);

const atLeastOne = z.pipe(wholeUpTo(4_194_304), z.int().check(z.minimum(1)));

export const limitsInFile = z.nullish(
  z.strictObject({
    memory: z.optional(bytes),
    cpu: z.optional(cpus),
    tasks: z.optional(atLeastOne),
    open_files: z.optional(atLeastOne),
  }),
);

export function toLimits(file: z.infer<typeof limitsInFile>): Limits {
  return { memoryBytes: file?.memory, cpus: file?.cpu, tasks: file?.tasks, openFiles: file?.open_files };
}

/** The account that `run_as` names; undefined where it is left out or not on this host, which `accountProblems` says. */
export function toAccount(file: z.infer<typeof runAsInFile>): Account | undefined {
  if (!file) return undefined;
  const found = lookUpAccount(file.user, file.group);
  return found.kind === 'account' ? found.account : undefined;
}

/** What is wrong with `run_as` on this host; `path` is where it stands. */
export function accountProblems(
  file: z.infer<typeof runAsInFile>,
  path: readonly string[],
): readonly SettingsProblem[] {
  if (!file) return [];
  const found = lookUpAccount(file.user, file.group);
  return found.kind === 'account' ? [] : [{ path: [...path, found.key], message: found.message }];
}
