import type { ActOf } from '../audit/audit.ts';
import type { ConfigSecret } from './config-secret.ts';

/** Where secrets are kept, sealed. Writes are on disk when they resolve; what `actOf` makes of one is recorded with it. */
export interface ConfigSecretStore {
  load(): Promise<readonly ConfigSecret[]>;
  /** False, and nothing written, where the version is not one more than the last that this name ever had. */
  put(secret: ConfigSecret, actOf?: ActOf<boolean>): Promise<boolean>;
  /** The last version that the name ever had, also after it was removed; 0 for none. */
  lastVersion(name: string): Promise<number>;
  remove(name: string, actOf?: ActOf<boolean>): Promise<boolean>;
}
