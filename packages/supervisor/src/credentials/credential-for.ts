import type { CredentialSettings } from '../settings/settings.ts';
import { basicAuth } from './basic-auth.ts';
import { bearerToken } from './bearer-token.ts';
import type { CredentialSource } from './credential-source.ts';
import { nodeTls } from './node-tls.ts';
import { oauth2Client } from './oauth2-client.ts';
import { tlsSource } from './tls-source.ts';

/** The source of the kind that is asked for. `onProblem` is told of what goes wrong and does not stop it. */
export function credentialFor(
  settings: CredentialSettings,
  onProblem: (message: string) => void,
): CredentialSource {
  switch (settings.kind) {
    case 'bearer_token':
      return bearerToken(settings, onProblem);
    case 'basic_auth':
      return basicAuth(settings, onProblem);
    case 'oauth2_client': {
      const now = Date.now;
      const tls = settings.tls && tlsSource(settings.tls, { now, onProblem });
      return oauth2Client({ settings, now, onProblem, tls: () => (tls ? nodeTls(tls()) : {}) });
    }
  }
}
