import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

const PRIVATE = 0o600;

/** Makes a private folder (0700) where there is none. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/**
 * Replaces a file so that a power loss at any moment leaves the old content or the new one, whole. The file is
 * private (0600) unless `mode` says otherwise.
 */
export function replaceFile(path: string, content: string | Uint8Array, mode = PRIVATE): void {
  renameSync(writeBeside(path, content, mode), path);
  syncFolder(dirname(path));
}

/** Writes what is to become this file; nothing of it is left where that fails. */
function writeBeside(path: string, content: string | Uint8Array, mode: number): string {
  const temporary = `${path}.new`;
  try {
    const file = openSync(temporary, 'w', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return temporary;
}

/** A value on disk with a checksum and its previous version beside it, so that no truncated or emptied file loses both. */
export interface DurableFile<T> {
  /** The newest version that is whole; undefined where there is none. */
  read(): T | undefined;
  /** Returns when the value is on disk. */
  write(value: T): void;
}

export function durableFile<T>(path: string, parse: (json: unknown) => T | undefined): DurableFile<T> {
  const previous = `${path}.previous`;
  return {
    read: () => readChecked(path, parse) ?? readChecked(previous, parse),
    write(value) {
      const body = JSON.stringify(value);
      const temporary = writeBeside(path, `${checksum(body)}\n${body}\n`, PRIVATE);
      // Only a whole version may become the previous one: a damaged file must not push out the last good copy. And only once
      // the new one is written: on a full disk both stay.
      if (readChecked(path, parse) !== undefined) renameSync(path, previous);
      renameSync(temporary, path);
      syncFolder(dirname(path));
    },
  };
}

/** Whether such a file can be read: `previous` where only its previous version is whole, `lost` where neither is. */
export function durableFileState(path: string): 'whole' | 'previous' | 'lost' {
  const isWhole = (file: string) => readChecked(file, () => true) === true;
  if (isWhole(path)) return 'whole';
  return isWhole(`${path}.previous`) ? 'previous' : 'lost';
}

function readChecked<T>(path: string, parse: (json: unknown) => T | undefined): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const [sum, body] = readFileSync(path, 'utf8').split('\n', 2);
    if (body === undefined || sum !== checksum(body)) return undefined;
    return parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

function syncFolder(folder: string): void {
  // A rename is durable only when its folder is; systems that cannot open a folder keep their own promise.
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch {
  } finally {
    closeSync(handle);
  }
}
