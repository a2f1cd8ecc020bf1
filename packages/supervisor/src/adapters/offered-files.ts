import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { RemoteConfig } from '../storage/agent-state.ts';
import { type ComposedFile, contentTypeOf, isPlainFileName } from '../storage/config-folder.ts';

/** More than any configuration is made of. */
const MAX_FILES = 200;

export type FolderContent =
  | { readonly kind: 'files'; readonly files: readonly ComposedFile[] }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * The files of a remote configuration as they may lie in one folder, beside the operator's own. Their names come from
 * the network: one that is a path, or that is taken, is refused by name. The empty one is left to the caller.
 */
export function offeredFiles(remote: RemoteConfig, local: readonly ComposedFile[]): FolderContent {
  if (remote.files.size > MAX_FILES)
    return refused(`it has ${remote.files.size} files; at most ${MAX_FILES} are taken`);
  const taken = new Map(local.map(({ name }) => [name.toLowerCase(), 'a local file has that name']));
  const files: ComposedFile[] = [];
  for (const [name, { body, contentType }] of remote.files) {
    if (name !== '' && !isPlainFileName(name)) {
      return refused(
        `the file name ${JSON.stringify(name.slice(0, 200))} is not taken: it has to be a plain name of letters, digits, ".", "_", "-" and spaces, without a path`,
      );
    }
    // Systems differ on whether two names that differ in capitals are one file.
    const owner = taken.get(name.toLowerCase());
    if (owner !== undefined) return refused(`the file name "${name}" is not taken: ${owner}`);
    taken.set(name.toLowerCase(), 'another file of it has that name');
    files.push({ name, body, contentType: contentType || contentTypeOf(name) });
  }
  return { kind: 'files', files };
}

/** The operator's files that stand beside every configuration. */
export function localFiles(paths: readonly string[]): FolderContent {
  const files: ComposedFile[] = [];
  for (const path of paths) {
    const name = basename(path);
    if (!isPlainFileName(name) || files.some((file) => file.name === name))
      return refused(
        `the local file ${path} cannot stand beside the configuration: its name is no plain one, or taken`,
      );
    try {
      files.push({ name, body: readFileSync(path), contentType: contentTypeOf(name) });
    } catch (error) {
      return refused(`cannot read the local file ${path}: ${(error as Error).message}`);
    }
  }
  return { kind: 'files', files };
}

function refused(message: string): FolderContent {
  return { kind: 'refused', message };
}
