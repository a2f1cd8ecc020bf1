import { existsSync, renameSync, rmSync } from 'node:fs';

const KEPT_FILES = 5;

/** Moves `path.1` … `path.4` up by one, so that `path` can become `path.1`; the oldest is removed. */
export function makeRoom(path: string): void {
  rmSync(`${path}.${KEPT_FILES}`, { force: true });
  for (let number = KEPT_FILES - 1; number >= 1; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
}
