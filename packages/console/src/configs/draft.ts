/** Text that was typed and not saved, kept in the browser so that a reload or a lost session takes nothing. */
export interface Draft {
  readonly body: string;
  /** Hash of the revision that was being edited; empty for a configuration that does not exist yet. */
  readonly baseHash: string;
  readonly name?: string;
  /** Hash of the draft on the server that was being edited; left out where there was none. */
  readonly draftHash?: string | undefined;
  /** How a new configuration is to be read: a value of `CONTENT_KINDS`. */
  readonly kind?: string | undefined;
  /** What a new supplementary file is for; empty for a configuration itself. */
  readonly role?: string | undefined;
  /** What was changed and why, for the revision that is to come of it. */
  readonly message?: string | undefined;
  readonly typedAt: number;
}

/** The place of the draft of a configuration that has no name yet; no name may hold a blank. */
export const NEW_DRAFT = ' new';

const PREFIX = 'drover:draft:';

/** Where the text of a configuration is kept. */
export function keyOf(config: string): string {
  return `${PREFIX}${config}`;
}

export function readDraft(storage: Storage, config: string): Draft | undefined {
  try {
    const value: unknown = JSON.parse(storage.getItem(keyOf(config)) ?? 'null');
    return typeof value === 'object' && value !== null && 'body' in value && 'baseHash' in value
      ? (value as Draft)
      : undefined;
  } catch {
    return undefined;
  }
}

/** So many texts are kept; of more, those that nobody touched for the longest time go. */
export const MAX_DRAFTS = 30;
/** So long a text is kept. */
export const MAX_DRAFT_AGE_MS = 90 * 24 * 3_600_000;

/** False where the browser keeps nothing, or has no room left. */
export function writeDraft(storage: Storage, config: string, draft: Draft): boolean {
  try {
    storage.setItem(keyOf(config), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** Drops the texts that are too old or too many. */
export function pruneDrafts(storage: Storage, nowMs: number): void {
  try {
    const kept = Object.keys(storage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ key, typedAt: readDraft(storage, key.slice(PREFIX.length))?.typedAt ?? 0 }))
      .toSorted((a, b) => b.typedAt - a.typedAt);
    for (const [index, { key, typedAt }] of kept.entries())
      if (index >= MAX_DRAFTS || nowMs - typedAt > MAX_DRAFT_AGE_MS) storage.removeItem(key);
  } catch {
    // Where nothing can be kept there is nothing to drop.
  }
}

export function dropDraft(storage: Storage, config: string): void {
  try {
    storage.removeItem(keyOf(config));
  } catch {
    // Where nothing can be kept there is nothing to drop.
  }
}
