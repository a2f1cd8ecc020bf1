import { createHmac } from 'node:crypto';
import type { Session } from '@drover/api';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Secret } from '../lib/secret.ts';
import { isSameSecret, type LoginTokens, newToken } from './credentials.ts';
import type { SessionStore } from './session-store.ts';

export type KnownSession = Omit<Session, 'lastEventId'>;

export interface SessionServiceOptions {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly adminToken: Secret;
  readonly loginTokens: LoginTokens;
  readonly sessionTtlMs: number;
  /** A session of this user began, or was ended by its logout; awaited before the answer. */
  readonly tell?: (what: 'started' | 'ended', user: string) => Promise<void>;
}

const ADMIN = 'admin';

/** Logins: who may call, by the administrator's token or by the console's cookie. */
export class SessionService {
  readonly #options: SessionServiceOptions;

  constructor(options: SessionServiceOptions) {
    this.#options = options;
  }

  /** The name of whoever holds this bearer token. */
  userOfToken(token: string): string | undefined {
    return isSameSecret(token, this.#options.adminToken.reveal()) ? ADMIN : undefined;
  }

  /** The session of a cookie's value, if it is one that has not ended. */
  async find(cookie: string): Promise<KnownSession | undefined> {
    const login = await this.#options.store.find(sha256Hex(cookie));
    if (!login || login.expiresAtMs <= this.#options.clock.now()) return undefined;
    return sessionOf(login.user, login.expiresAtMs, cookie);
  }

  /** Trades a login token or the administrator's token for a session. Throws `login_failed`. */
  async login(token: string): Promise<{ readonly cookie: string; readonly session: KnownSession }> {
    const { store, clock, loginTokens, sessionTtlMs } = this.#options;
    const user = this.userOfToken(token) ?? (loginTokens.redeem(token) ? ADMIN : undefined);
    if (user === undefined) {
      const detail =
        "The token is not known, has expired or was used already. A login link works once: restart the server for a new one, or log in with the administrator's token (<dataDir>/admin-token).";
      throw new DomainError('login_failed', detail);
    }
    const cookie = newToken('drs');
    const nowMs = clock.now();
    const expiresAtMs = nowMs + sessionTtlMs;
    await store.removeExpired(nowMs);
    await store.insert({ tokenHash: sha256Hex(cookie), user, createdAtMs: nowMs, expiresAtMs });
    await this.#options.tell?.('started', user);
    return { cookie, session: sessionOf(user, expiresAtMs, cookie) };
  }

  async logout(cookie: string): Promise<void> {
    const { store, tell } = this.#options;
    const login = await store.find(sha256Hex(cookie));
    if (login === undefined) return;
    await store.remove(login.tokenHash);
    await tell?.('ended', login.user);
  }
}

/** Bound to the cookie, so that nothing needs to be stored and a page of another origin cannot know it. */
function csrfTokenOf(cookie: string): string {
  return createHmac('sha256', cookie).update('drover csrf').digest('base64url');
}

function sessionOf(user: string, expiresAtMs: number, cookie: string): KnownSession {
  return { user, csrfToken: csrfTokenOf(cookie), expiresAt: new Date(expiresAtMs).toISOString() };
}
