import { type Enrolment, type EnrolmentAct, type EnrolmentResult, printableLine } from '@drover/api';

const DONE: Readonly<Record<EnrolmentAct, string>> = {
  approve: 'approved',
  reject: 'rejected',
  revoke: 'revoked',
  rotate: 'given another credential',
};

/** `1 agent`, `12 agents`. */
export function agentsText(count: number): string {
  return count === 1 ? '1 agent' : `${count} agents`;
}

/** What was done to how many. */
export function doneText(act: EnrolmentAct, count: number): string {
  return `${agentsText(count)} ${DONE[act]}`;
}

/** What an act would do: how many match, who cannot and why. */
export function enrolmentPreviewText(act: EnrolmentAct, result: EnrolmentResult): string {
  const lines = [
    `${agentsText(result.matched)} ${result.matched === 1 ? 'matches' : 'match'}, ${result.changed} would be ${DONE[act]}`,
    ...(result.unchanged === 0 ? [] : [`  ${result.unchanged} already stand so`]),
    ...result.cannot.map(({ reason, count }) => `  ${count} cannot: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What the agent shows to be let in, in words. */
export function credentialText({ credential, enrolmentToken, takesCredentials }: Enrolment): string {
  switch (credential) {
    case 'own':
      return 'a credential of its own';
    case 'offered':
      return 'offered one of its own, not used yet';
    case 'failed':
      return 'could not use the one that it was offered';
    case 'certificate':
      return 'a client certificate';
    case 'none':
      return 'none: its uid alone tells who it is';
    case 'shared': {
      const token = `shares enrolment token "${printableLine(enrolmentToken?.name ?? '')}"`;
      return takesCredentials ? token : `${token}; takes no credential of its own`;
    }
  }
}

/** The state, and who decided it. */
export function enrolmentText({ state, decidedBy, decidedAt }: Enrolment): string {
  const by = decidedBy === null ? '' : ` by ${printableLine(decidedBy)}`;
  return `${state === 'pending' ? 'waits for approval' : state}${by}${decidedAt === null ? '' : `, ${decidedAt}`}`;
}
