import type { CredentialKindOfOwn, Enrolment, Self } from '@drover/api';

export const credentialKindOfOwnWords: Record<CredentialKindOfOwn, string> = {
  token: 'Token',
  certificate: 'Certificate',
};

/** Who may connect, by the server's setting. */
export const modeText: Record<Self['enrolment'], string> = {
  open: 'Anyone may connect; no credential is required.',
  token: 'Agents connect with an enrolment token, then with their own credential once they have one.',
  approval: 'Anyone may connect and report. An agent gets nothing until it is approved.',
  mtls: 'Agents connect with a client certificate.',
};

/** What the agent shows to be let in, in a sentence. */
export function credentialSentence({ credential, enrolmentToken, takesCredentials }: Enrolment): string {
  switch (credential) {
    case 'own':
      return 'Connects with its own credential, which is valid for no other agent.';
    case 'offered':
      return 'Was offered its own credential and has not used it yet.';
    case 'failed':
      return 'Could not use the credential it was offered. Rotate it to offer another.';
    case 'certificate':
      return 'Connects with a client certificate.';
    case 'none':
      return 'Connects without a credential: only its instance uid identifies it.';
    case 'shared':
      return takesCredentials
        ? `Connects with the enrolment token “${enrolmentToken?.name ?? ''}”, which other agents may share.`
        : `Connects with the enrolment token “${enrolmentToken?.name ?? ''}”; it does not accept its own credential.`;
  }
}
