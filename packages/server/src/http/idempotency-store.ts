/** The answer to a write, kept so that the write's repetition is answered alike. */
export interface KeptAnswer {
  readonly keyHash: string;
  readonly requestHash: string;
  readonly status: number;
  readonly answer: Uint8Array;
  readonly createdAtMs: number;
}

export interface IdempotencyStore {
  find(keyHash: string): Promise<KeptAnswer | undefined>;
  insert(kept: KeptAnswer): Promise<void>;
  /** Removes what is older, and the oldest above `keep`. */
  trim(olderThanMs: number, keep: number): Promise<void>;
}
