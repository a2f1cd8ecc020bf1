import type { EnrolmentToken } from './enrolment-token.ts';

export interface TokenUse {
  readonly id: string;
  readonly lastUsedAtMs: number;
}

/** Where enrolment tokens are kept. Writes are on disk when they resolve. */
export interface EnrolmentTokenStore {
  load(): Promise<readonly EnrolmentToken[]>;
  /** False, and nothing written, where the name is taken. */
  create(token: EnrolmentToken): Promise<boolean>;
  remove(id: string): Promise<void>;
  used(uses: readonly TokenUse[]): Promise<void>;
}
