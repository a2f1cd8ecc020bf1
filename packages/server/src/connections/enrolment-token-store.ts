import type { ActOf } from '../audit/audit.ts';
import type { EnrolmentToken } from './enrolment-token.ts';

export interface TokenUse {
  readonly id: string;
  readonly lastUsedAtMs: number;
}

/** Where enrolment tokens are kept. Writes are on disk when they resolve; what `actOf` makes of one is recorded with it. */
export interface EnrolmentTokenStore {
  load(): Promise<readonly EnrolmentToken[]>;
  /** False, and nothing written, where the name is taken. */
  create(token: EnrolmentToken, actOf?: ActOf<boolean>): Promise<boolean>;
  remove(id: string, actOf?: ActOf<boolean>): Promise<void>;
  used(uses: readonly TokenUse[]): Promise<void>;
}
