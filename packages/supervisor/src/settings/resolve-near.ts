import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A relative path is meant from the settings file's folder; where nothing is there, from the working directory, as upstream means it. */
export function resolveNear(folder: string, path: string): string {
  const beside = resolve(folder, path);
  const fromWorkingDirectory = resolve(path);
  return !existsSync(beside) && existsSync(fromWorkingDirectory) ? fromWorkingDirectory : beside;
}
