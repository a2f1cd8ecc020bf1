import type { ActOf } from '../audit/audit.ts';
import type { ConfigDraft, ConfigWrite, NamedConfig, Revision, RevisionInfo } from './config.ts';

export interface PutConfig {
  readonly name: string;
  readonly write: ConfigWrite;
  /** Hash of the revision that must be the newest; undefined for none. */
  readonly ifMatch: string | undefined;
}

export type PutOutcome =
  | {
      readonly kind: 'stored';
      readonly config: NamedConfig;
      readonly isNew: boolean;
      readonly hasNewRevision: boolean;
      readonly hasNewDescription: boolean;
      /** The name had a draft that said the same. */
      readonly hasEndedDraft: boolean;
    }
  /** Nothing was written: another revision is newest, or there is none. */
  | { readonly kind: 'conflict'; readonly latest: RevisionInfo | undefined };

export type RemoveOutcome =
  | { readonly kind: 'removed' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in_use'; readonly rolloutIds: readonly string[] };

/** `refused`: another draft is there, or none. */
export type DraftOutcome = 'created' | 'saved' | 'refused';

/** Where configurations are kept. Writes are on disk when they resolve; what `actOf` makes of one is recorded with it. */
export interface ConfigStore {
  /** Removes the name's draft where it says the same. */
  put(put: PutConfig, actOf?: ActOf<PutOutcome>): Promise<PutOutcome>;
  get(name: string): Promise<NamedConfig | undefined>;
  /** By name, those behind `afterName`. */
  list(limit: number, afterName: string | undefined, descending: boolean): Promise<readonly NamedConfig[]>;
  count(): Promise<number>;
  /** Newest first, those below `beforeNumber`. */
  revisions(name: string, limit: number, beforeNumber: number | undefined): Promise<readonly RevisionInfo[]>;
  countRevisions(name: string): Promise<number>;
  revision(name: string, number: number): Promise<Revision | undefined>;
  /** Removes the configuration with its revisions, unless a live or standing rollout has it as its target. */
  remove(name: string, actOf?: ActOf<RemoveOutcome>): Promise<RemoveOutcome>;
  /** Refused, and nothing written, where `ifMatch` is given and the draft that is there has another hash, or none is there; null stands for none. */
  putDraft(
    draft: ConfigDraft,
    ifMatch: string | null | undefined,
    actOf?: ActOf<DraftOutcome>,
  ): Promise<DraftOutcome>;
  draft(name: string): Promise<ConfigDraft | undefined>;
  /** By name, those behind `afterName`. */
  drafts(limit: number, afterName: string | undefined): Promise<readonly ConfigDraft[]>;
  countDrafts(): Promise<number>;
  /** False where there was none. */
  removeDraft(name: string, actOf?: ActOf<boolean>): Promise<boolean>;
}
