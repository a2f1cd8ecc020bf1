import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { expandEnvironment } from './env-expansion.ts';
import { chooseStorageFolder } from './storage-folder.ts';

export type FoundStorageFolder =
  | { readonly kind: 'found'; readonly folder: string }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * The storage folder that a settings file means. Nothing else in it has to be right: whoever asks a supervisor that
 * runs need not have the environment that it was started with.
 */
export function findStorageFolder(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): FoundStorageFolder {
  const path = resolve(file);
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return { kind: 'invalid', message: `cannot read ${path}: ${(error as Error).message}` };
  }
  const storage = (document as { readonly storage?: { readonly directory?: unknown } } | null)?.storage;
  const { value, problems } = expandEnvironment(storage?.directory, env);
  if (problems[0] !== undefined)
    return { kind: 'invalid', message: `storage.directory: ${problems[0].message}` };
  if (value !== undefined && typeof value !== 'string')
    return { kind: 'invalid', message: `storage.directory in ${path} is no text` };
  return { kind: 'found', folder: chooseStorageFolder(value, dirname(path)) };
}
