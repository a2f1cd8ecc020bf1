import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { sha256Hex } from '../lib/hash.ts';

/** 256 random bits as text that is safe in URLs and headers. */
export function newToken(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** Compares without telling by its time where the texts differ. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(given), 'hex'), Buffer.from(sha256Hex(expected), 'hex'));
}

const MAX_LOGIN_TOKENS = 100;

/** Tokens that log somebody in once and then are void. They live in memory: each start prints a new one. */
export class LoginTokens {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #expiryByHash = new Map<string, number>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  issue(): string {
    const token = newToken('drl');
    const oldest = this.#expiryByHash.keys().next();
    if (this.#expiryByHash.size >= MAX_LOGIN_TOKENS && !oldest.done) this.#expiryByHash.delete(oldest.value);
    this.#expiryByHash.set(sha256Hex(token), this.#clock.now() + this.#ttlMs);
    return token;
  }

  /** True once for a token that was issued and has not expired. */
  redeem(token: string): boolean {
    const hash = sha256Hex(token);
    const expiresAtMs = this.#expiryByHash.get(hash);
    this.#expiryByHash.delete(hash);
    return expiresAtMs !== undefined && expiresAtMs > this.#clock.now();
  }
}
