/** A login of the console. The cookie's value is kept hashed. */
export interface StoredLogin {
  readonly tokenHash: string;
  readonly user: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Logins outlive a restart of the server. */
export interface SessionStore {
  insert(login: StoredLogin): Promise<void>;
  find(tokenHash: string): Promise<StoredLogin | undefined>;
  remove(tokenHash: string): Promise<void>;
  removeExpired(nowMs: number): Promise<void>;
}
