import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../lib/hash.ts';

/** What is kept of a token: never the token. */
export interface EnrolmentToken {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly hash: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  /** Agents that come with it need no operator's approval. */
  readonly autoApprove: boolean;
}

const PREFIX = 'drv_enrol_';

/** 256 random bits: a fast hash keeps them, since there is nothing to guess. */
export function newEnrolmentSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

export function hashOfSecret(secret: string): string {
  return sha256Hex(secret);
}

/** Cheap test before the hash is made. */
export function looksLikeEnrolmentSecret(secret: string): boolean {
  return secret.startsWith(PREFIX) && secret.length < 128;
}

export function isExpired({ expiresAtMs }: EnrolmentToken, nowMs: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= nowMs;
}
