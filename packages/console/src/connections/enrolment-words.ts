import type { CredentialKindOfOwn, Enrolment, Self } from '@drover/api';

export const credentialKindOfOwnWords: Record<CredentialKindOfOwn, string> = {
  token: 'Token',
  certificate: 'Certificate',
};

/** Who may connect, by the server's setting. */
export const modeText: Record<Self['enrolment'], string> = {
  open: 'Everybody may connect; nothing has to be shown.',
  token: 'Agents connect with an enrolment token, and with a credential of their own once they have one.',
  approval: 'Everybody may connect and report. An agent is given nothing before it is approved.',
  mtls: 'Agents connect with a client certificate.',
};

/** What the agent shows to be let in, in a sentence. */
export function credentialSentence({ credential, enrolmentToken, takesCredentials }: Enrolment): string {
  switch (credential) {
    case 'own':
      return 'It comes by a credential of its own, which serves for no other agent.';
    case 'offered':
      return 'It was offered a credential of its own and has not come by it yet.';
    case 'failed':
      return 'It could not use the credential that it was offered. Rotate it to offer another.';
    case 'certificate':
      return 'It comes by a client certificate.';
    case 'none':
      return 'It shows nothing: its uid alone tells who it is.';
    case 'shared':
      return takesCredentials
        ? `It comes by the enrolment token “${enrolmentToken?.name ?? ''}”, which other agents may share.`
        : `It comes by the enrolment token “${enrolmentToken?.name ?? ''}”, and does not take a credential of its own.`;
  }
}
