import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { usageError } from '../failure.ts';

/** What `drover login` keeps. The token is for this URL and is never sent to another. */
export interface StoredLogin {
  readonly url: string;
  readonly token: string;
}

export function storedLoginPath(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'drover', 'config.json');
}

export function readStoredLogin(path: string): StoredLogin | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw usageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (
      typeof value === 'object' &&
      value !== null &&
      'url' in value &&
      'token' in value &&
      typeof value.url === 'string' &&
      typeof value.token === 'string'
    ) {
      return { url: value.url, token: value.token };
    }
  } catch {
    // Falls through to the message below, which is the same for text that is no JSON.
  }
  throw usageError(`${path} is not a file that "drover login" wrote: delete it and log in again.`);
}

/** Whole or not at all, and readable by its owner alone from its first moment. */
export function writeStoredLogin(path: string, login: StoredLogin): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}

/** True where there was one. */
export function deleteStoredLogin(path: string): boolean {
  const existed = readStoredLogin(path) !== undefined;
  rmSync(path, { force: true });
  return existed;
}
