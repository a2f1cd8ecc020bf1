import type { BasicAuthSettings, TextSource } from '../settings/settings.ts';
import type { CredentialSource } from './credential-source.ts';
import { type WatchedFile, watchedFile } from './watched-file.ts';

/** User name and password (RFC 7617); what stands in files is read anew when they have changed. */
export function basicAuth(
  { username, password }: BasicAuthSettings,
  onProblem: (message: string) => void,
): CredentialSource {
  const name = source(username, onProblem);
  const secret = source(password, onProblem);
  return {
    headers: () => ({
      Authorization: `Basic ${Buffer.from(`${name.text().trim()}:${secret.text().trim()}`).toString('base64')}`,
    }),
    refused: () => undefined,
  };
}

function source(from: TextSource, onProblem: (message: string) => void): WatchedFile {
  return from.kind === 'text' ? { text: () => from.text } : watchedFile({ path: from.path, onProblem });
}
