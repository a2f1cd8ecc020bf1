import type { ConfigDraftPut, ConfigDraftSummary, ConfigDraft as ConfigDraftView, Page } from '@drover/api';
import { named } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import { type ConfigDraft, contentHash } from './config.ts';
import { contentOf, refuseTooLarge } from './config-content.ts';
import type { ConfigStore } from './config-store.ts';

export interface ConfigDraftServiceOptions {
  readonly store: ConfigStore;
  readonly clock: Clock;
  /** Of one configuration, in bytes of UTF-8; 1 MiB. */
  readonly maxBodyBytes?: number;
}

/**
 * Work on configurations that is no revision yet, one draft for each name, shared by all operators. A draft may be
 * unfinished, also as YAML. It ends when a revision says the same.
 */
export class ConfigDraftService {
  /** Names whose draft was saved or dropped. */
  readonly changes = new Listeners<string>();
  readonly #options: ConfigDraftServiceOptions;

  constructor(options: ConfigDraftServiceOptions) {
    this.#options = options;
  }

  /** On disk when it resolves. Throws `config_draft_conflict` where `ifMatch` is not the hash of the draft that is there; null stands for none. */
  async put(
    name: string,
    input: ConfigDraftPut,
    { author, ifMatch }: { readonly author: string; readonly ifMatch?: string | null | undefined },
  ): Promise<ConfigDraftView> {
    const content = contentOf(input);
    const { store, clock, maxBodyBytes } = this.#options;
    refuseTooLarge(content.body, maxBodyBytes);
    const baseRevision = input.baseRevision ?? null;
    const draft: ConfigDraft = { name, content, baseRevision, author, updatedAtMs: clock.now() };
    const outcome = await store.putDraft(draft, ifMatch, (done) =>
      done === 'created'
        ? { author, kind: 'draft.started', subject: named('draft', name), detail: '' }
        : undefined,
    );
    if (outcome === 'refused') {
      const there = await store.draft(name);
      const now = there === undefined ? 'there is none any more' : `the draft is ${there.author}'s by now`;
      throw new DomainError(
        'config_draft_conflict',
        `the draft of "${name}" was not saved: ${now}; read it again and repeat the edit`,
        { facts: { latest: there === undefined ? undefined : contentHash(there.content) } },
      );
    }
    this.changes.emit(name);
    return viewOf(draft);
  }

  /** Throws `config_draft_not_found`. */
  async get(name: string): Promise<ConfigDraftView> {
    const draft = await this.#options.store.draft(name);
    if (draft === undefined) throw notFound(name);
    return viewOf(draft);
  }

  /** By name, without bodies; that of `name` alone where it is given. */
  async list({
    limit,
    cursor,
    name,
  }: PageRequest & { readonly name?: string | undefined }): Promise<Page<ConfigDraftSummary>> {
    if (name !== undefined) {
      const draft = await this.#options.store.draft(name);
      const items = draft === undefined ? [] : [summaryOf(draft)];
      return { items, nextCursor: null, total: items.length };
    }
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const { store } = this.#options;
    const [found, total] = await Promise.all([
      store.drafts(limit + 1, after === undefined ? undefined : String(after)),
      store.countDrafts(),
    ]);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor([last.name]) : null;
    return { items: items.map(summaryOf), nextCursor, total };
  }

  /** Throws `config_draft_not_found`. */
  async remove(name: string, author: string): Promise<void> {
    const isGone = await this.#options.store.removeDraft(name, (done) =>
      done ? { author, kind: 'draft.discarded', subject: named('draft', name), detail: '' } : undefined,
    );
    if (!isGone) throw notFound(name);
    this.changes.emit(name);
  }
}

function viewOf(draft: ConfigDraft): ConfigDraftView {
  return { ...summaryOf(draft), body: draft.content.body };
}

function summaryOf({ name, content, baseRevision, author, updatedAtMs }: ConfigDraft): ConfigDraftSummary {
  const { contentType, format, role } = content;
  const updatedAt = timeText(updatedAtMs);
  return { name, contentType, format, role, baseRevision, hash: contentHash(content), author, updatedAt };
}

function notFound(name: string): DomainError {
  return new DomainError('config_draft_not_found', `there is no draft of "${name}"`);
}
