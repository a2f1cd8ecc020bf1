import type { CredentialState } from '@drover/api';
import type { InstanceUid } from '../agents/agent.ts';
import type { Act } from '../audit/audit.ts';
import type { Credential } from './credential.ts';

export interface CredentialUse {
  readonly id: string;
  readonly lastUsedAtMs: number;
}

/** A page in the order of a time, of all agents or of one. */
export interface CredentialQuery {
  readonly uid?: InstanceUid | undefined;
  readonly state?: CredentialState | undefined;
  readonly order: 'lastUsedAt' | 'createdAt';
  readonly descending: boolean;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: { readonly key: number; readonly id: string } | undefined;
}

/** Where credentials of agents are kept. Writes are on disk when they resolve, and an act with what it did. */
export interface CredentialStore {
  /** Calls `visit` with every credential, in batches. */
  load(visit: (credentials: readonly Credential[]) => void): Promise<void>;
  /** New ones and those that changed, at most one of each; all or none. */
  save(credentials: readonly Credential[], act?: Act): Promise<void>;
  remove(ids: readonly string[], act?: Act): Promise<void>;
  /** Of those that are gone meanwhile nothing is written. */
  used(uses: readonly CredentialUse[]): Promise<void>;
  list(query: CredentialQuery): Promise<{ readonly items: readonly Credential[]; readonly total: number }>;
}
