import type { BearerTokenSettings } from '../settings/settings.ts';
import type { CredentialSource } from './credential-source.ts';
import { watchedFile } from './watched-file.ts';

/** A token that stands in the settings, or the first line of a file that is read anew when it has changed. */
export function bearerToken(
  { header, scheme, token }: BearerTokenSettings,
  onProblem: (message: string) => void,
): CredentialSource {
  const file =
    token.kind === 'file'
      ? watchedFile({
          path: token.path,
          accepts: (text) => {
            if (firstLine(text) === '') throw new Error('holds no token in its first line');
          },
          onProblem,
        })
      : undefined;
  const current = () => (token.kind === 'text' ? token.text : firstLine(file?.text() ?? ''));
  return {
    headers: () => ({ [header]: scheme === '' ? current() : `${scheme} ${current()}` }),
    refused: () => undefined,
  };
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trim();
}
