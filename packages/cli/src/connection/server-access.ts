import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../failure.ts';
import { readStoredLogin, storedLoginPath } from './stored-login.ts';

export const DEFAULT_URL = 'http://127.0.0.1:4321';

export interface AccessFlags {
  readonly url?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

export interface ServerAccess {
  readonly url: string;
  readonly token: string | undefined;
}

/** The URL without a slash at its end; refuses what is no http URL. */
export function parseServerUrl(text: string, source: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usageError(`${source}: "${text}" is not a URL. Expected something like ${DEFAULT_URL}.`);
  }
  if (url.protocol === 'ws:' || url.protocol === 'wss:') {
    throw usageError(
      `${source}: "${text}" is an OpAMP endpoint. This command needs the REST interface, e.g. ${DEFAULT_URL}.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw usageError(`${source}: "${text}" must begin with http:// or https://.`);
  }
  return text.replace(/\/+$/, '');
}

export function readAdminToken(dataDir: string): string {
  const path = join(dataDir, 'admin-token');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(
      `--data-dir: cannot read the admin token: ${reason}. Name the server's data folder (dataDir), and run as a user who may read it.`,
    );
  }
}

/**
 * Flags win over the environment, that over what `drover login` stored. The stored token goes only to the stored URL:
 * another URL by flag or environment needs its own token.
 */
export function resolveAccess(
  flags: AccessFlags,
  env: Readonly<Record<string, string | undefined>>,
): ServerAccess {
  const stored = readStoredLogin(storedLoginPath(env));
  const named = flags.url
    ? parseServerUrl(flags.url, '--url')
    : env.DROVER_URL
      ? parseServerUrl(env.DROVER_URL, 'DROVER_URL')
      : undefined;
  const url = named ?? stored?.url ?? DEFAULT_URL;
  const token =
    flags.token ??
    (flags.dataDir === undefined ? undefined : readAdminToken(flags.dataDir)) ??
    (env.DROVER_TOKEN || undefined) ??
    (stored !== undefined && stored.url === url ? stored.token : undefined);
  return { url, token };
}
