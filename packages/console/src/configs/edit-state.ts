import type { ConfigDetail, ConfigDraft } from '@drover/api';
import type { Draft } from './draft.ts';

/** What the editor of a configuration shows, made of the newest revision, the draft on the server, and what was typed here. */
export interface EditState {
  readonly body: string;
  /** Something was typed here that the server does not have. */
  readonly isTyped: boolean;
  /** The text is another one than that of the newest revision. */
  readonly isChanged: boolean;
  /** The revision that the text was made from, as If-Match wants it; another than the newest where that came later. */
  readonly baseHash: string;
  /** A revision was saved while an earlier one was being changed. */
  readonly isOvertaken: boolean;
  /** Somebody saved another draft while this one was being changed. */
  readonly isDraftOvertaken: boolean;
  /** What the draft on the server must be for this text to take its place; null for none at all. */
  readonly draftMatch: string | null;
}

/** Stands for a revision that is not the newest: no hash is empty. */
const OLDER = '';

export function editStateOf(
  { body: newest, revision }: Pick<ConfigDetail, 'body' | 'revision'>,
  draft: ConfigDraft | null,
  typed: Draft | undefined,
): EditState {
  const draftBase = draft?.baseRevision === revision.number ? revision.hash : OLDER;
  const baseHash = typed?.baseHash ?? (draft === null ? revision.hash : draftBase);
  const saved = draft?.body ?? newest;
  const body = typed?.body ?? saved;
  const isTyped = typed !== undefined && body !== saved;
  const isChanged = body !== newest;
  return {
    body,
    isTyped,
    isChanged,
    baseHash,
    isOvertaken: isChanged && baseHash !== revision.hash,
    isDraftOvertaken: isTyped && draft !== null && typed.draftHash !== draft.hash,
    draftMatch: draft?.hash ?? null,
  };
}
