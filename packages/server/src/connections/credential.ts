import { randomBytes } from 'node:crypto';
import type { CredentialKindOfOwn, CredentialState } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { OwnCredential } from '../agents/enrolment.ts';
import { sha256Hex } from '../lib/hash.ts';

/** A credential of one agent. What is kept of its token is the hash: the token itself is in memory until the agent has come by it, and nowhere after. */
export interface Credential {
  readonly id: string;
  readonly uid: InstanceUid;
  readonly kind: CredentialKindOfOwn;
  readonly state: CredentialState;
  /** SHA-256 of the token, or of the certificate, lower-case hex; null until it is issued. */
  readonly hash: string | null;
  /** Of the connection settings that it was offered with, lower-case hex; null until it is issued. */
  readonly offerHash: string | null;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly confirmedAtMs: number | null;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly errorMessage: string;
}

const PREFIX = 'drv_agent_';
const TOKEN = new RegExp(`^${PREFIX}([0-9a-z]{26})_[A-Za-z0-9_-]{43}$`);

/** 256 random bits behind the credential's id, by which it is found. */
export function newCredentialToken(id: string): string {
  return `${PREFIX}${id}_${randomBytes(32).toString('base64url')}`;
}

/** Undefined for a text that is no token of a credential. */
export function credentialIdOf(token: string): string | undefined {
  return TOKEN.exec(token)?.[1];
}

export function looksLikeCredential(token: string): boolean {
  return token.startsWith(PREFIX);
}

export function newCredential(
  id: string,
  uid: InstanceUid,
  author: string,
  nowMs: number,
): Credential & { readonly state: 'due' } {
  return {
    id,
    uid,
    kind: 'token',
    state: 'due',
    hash: null,
    offerHash: null,
    createdAtMs: nowMs,
    createdBy: author,
    confirmedAtMs: null,
    expiresAtMs: null,
    lastUsedAtMs: null,
    errorMessage: '',
  };
}

export function issued(
  credential: Credential,
  token: string,
  offerHash: string,
  expiresAtMs: number | null,
): Credential {
  return { ...credential, state: 'offered', hash: sha256Hex(token), offerHash, expiresAtMs };
}

export function isCredentialExpired({ expiresAtMs }: Credential, nowMs: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= nowMs;
}

/** It lets its agent in, as far as its state says. */
export function serves({ state }: Credential): boolean {
  return state === 'offered' || state === 'active';
}

/** A third of its life is left: time for the next one. Agents ask for their next certificate themselves. */
export function isEnding({ kind, state, createdAtMs, expiresAtMs }: Credential, nowMs: number): boolean {
  if (kind === 'certificate' || state !== 'active' || expiresAtMs === null) return false;
  return expiresAtMs - nowMs < (expiresAtMs - createdAtMs) / 3;
}

/** Where an agent with these credentials stands. */
export function ownCredentialOf(credentials: readonly Credential[]): OwnCredential {
  const has = (state: CredentialState): boolean => credentials.some((each) => each.state === state);
  if (has('active')) return 'own';
  if (has('offered')) return 'offered';
  return has('failed') ? 'failed' : 'none';
}
