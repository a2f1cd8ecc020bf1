import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '@drover/api';
import type { RunningSubject } from './subject.ts';

/** The typed client, as the administrator of this data folder, and its token. */
export function adminOf(
  server: RunningSubject,
  dataDir: string,
): { readonly api: ApiClient; readonly token: string } {
  const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  return { api: createApiClient({ baseUrl: server.httpUrl, token }), token };
}
