import type { CredentialKind, EnrolmentState } from '@drover/api';
import { AGENT_CAPABILITIES } from '@drover/opamp';

/** Whether an agent is let in, and who said so. */
export interface Enrolment {
  readonly state: EnrolmentState;
  /** The operator, or the rule that decided; null where nobody had to. */
  readonly by: string | null;
  readonly atMs: number | null;
}

/** What an agent's connection came by; of the last one where it is not connected. */
export interface Access {
  readonly kind: 'none' | 'token' | 'certificate' | 'own';
  /** The enrolment token, for `token`. */
  readonly token: { readonly id: string; readonly name: string } | null;
}

/** Where an agent stands with a credential of its own. */
export type OwnCredential = 'none' | 'offered' | 'own' | 'failed';

export const APPROVED: Enrolment = Object.freeze({ state: 'approved', by: null, atMs: null });
export const PENDING: Enrolment = Object.freeze({ state: 'pending', by: null, atMs: null });
export const NO_ACCESS: Access = Object.freeze({ kind: 'none', token: null });

/**
 * After a connection by which agents stand as `offered`: that holds for a new one. One that waits for approval has it by a connection that needs none;
 * every other decision stays.
 */
export function afterConnect(known: Enrolment | undefined, offered: Enrolment, nowMs: number): Enrolment {
  if (known !== undefined && (known.state !== 'pending' || offered.state !== 'approved')) return known;
  return offered.by === null ? offered : { ...offered, atMs: nowMs };
}

/** An agent that is refused until an operator decides otherwise. */
export function isShutOut({ state }: Enrolment): boolean {
  return state === 'rejected' || state === 'revoked';
}

/** Whether it can be offered a credential of its own. */
export function takesCredentials({ capabilities }: { readonly capabilities: bigint }): boolean {
  return (capabilities & AGENT_CAPABILITIES.AcceptsOpAMPConnectionSettings) !== 0n;
}

/** Whether it says what became of connection settings that it is offered. */
export function reportsSettings({ capabilities }: { readonly capabilities: bigint }): boolean {
  return (capabilities & AGENT_CAPABILITIES.ReportsConnectionSettingsStatus) !== 0n;
}

const KIND_OF_ACCESS: Readonly<Record<Access['kind'], CredentialKind>> = {
  none: 'none',
  token: 'shared',
  certificate: 'certificate',
  // It came by a credential that is void by now.
  own: 'none',
};

export function credentialKindOf(own: OwnCredential, access: Access): CredentialKind {
  return own === 'none' ? KIND_OF_ACCESS[access.kind] : own;
}

/** One line of text, as it is stored. */
export function accessText({ kind, token }: Access): string {
  return token === null ? kind : `${kind}:${token.id}:${token.name}`;
}

const known = new Set<string>(Object.keys(KIND_OF_ACCESS));

export function parseAccess(text: string): Access {
  const [kind = '', id, name = ''] = text.split(':', 3);
  if (!known.has(kind)) return NO_ACCESS;
  return { kind: kind as Access['kind'], token: id === undefined ? null : { id, name } };
}
