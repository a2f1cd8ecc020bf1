import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorText } from '../lib/errors.ts';
import { StorageError } from './storage-error.ts';

/** Makes the folder, or takes it over, for this user alone. */
export function prepareDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir);
    chmodSync(dataDir, 0o700);
  } catch (cause) {
    throw new StorageError(
      'data_dir_unusable',
      `cannot use the data directory ${dataDir}: ${errorText(cause)}; give another with --data-dir`,
      { cause },
    );
  }
}

/** `recursive` of `mkdirSync` never returns where a file system refuses with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(resolve(path));
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeFolder(parent);
    mkdirSync(path, { mode: 0o700 });
  }
}

const PID_FILE = 'drover.pid';

/** For people and for the message of `lockedBy`; the lock itself is another file. */
export function notePid(dataDir: string): void {
  writeFileSync(join(dataDir, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
}

export function lockedBy(dataDir: string): StorageError {
  let holder = '';
  try {
    holder = ` (process ${readFileSync(join(dataDir, PID_FILE), 'utf8').trim()})`;
  } catch {
    // The holder has not written it, or is older: the message does without.
  }
  return new StorageError(
    'database_locked',
    `the data directory ${dataDir} is in use by another drover-server${holder}; stop that one, or give this one another with --data-dir`,
  );
}
