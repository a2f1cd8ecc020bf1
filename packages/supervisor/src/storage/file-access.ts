import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account } from '../confinement/account.ts';

/** Lets one group read a file that stays private to everybody else. */
export function letRead(file: string, gid: number): void {
  chownSync(file, statSync(file).uid, gid);
  chmodSync(file, 0o640);
}

/** Lets groups reach what is below a folder, without seeing what is in it: one group as the folder's own, several as others. */
export function letThrough(folder: string, gids: readonly number[]): void {
  const [first, ...more] = new Set(gids);
  if (first === undefined) return;
  if (more.length > 0) chmodSync(folder, 0o711);
  else {
    chownSync(folder, statSync(folder).uid, first);
    chmodSync(folder, 0o710);
  }
}

/** The folder on the way to a path that an account cannot go through; undefined where it can reach the path. A path that ends with a slash is on the way itself. */
export function blockedAt(path: string, { uid, gid }: Account): string | undefined {
  if (uid === 0 || process.platform === 'win32') return undefined;
  const folders: string[] = [];
  for (let folder = dirname(`${path}x`); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => {
    const facts = statSync(folder, { throwIfNoEntry: false });
    if (facts === undefined) return false;
    if (facts.uid === uid) return (facts.mode & 0o100) === 0;
    return (facts.mode & (facts.gid === gid ? 0o010 : 0o001)) === 0;
  });
}

/** Files that say that a folder is a supervisor's own. */
const OWN_FILES = new Set(['state.json', 'persistent_state.yaml', 'supervisor.lock']);

/**
 * Takes from everybody else what they may do in a supervisor's own folder. A folder that is used for other things too is
 * left as it is: the answer says who may enter it.
 */
export function closeToOthers(
  folder: string,
): { readonly kind: 'private' } | { readonly kind: 'open'; readonly mode: string } {
  const { mode, uid } = statSync(folder);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return { kind: 'private' };
  const names = readdirSync(folder);
  const isOwn = names.length === 0 || names.some((name) => OWN_FILES.has(name));
  if (!isOwn || uid !== process.getuid?.()) return { kind: 'open', mode: (mode & 0o7777).toString(8) };
  chmodSync(folder, 0o700);
  return { kind: 'private' };
}
