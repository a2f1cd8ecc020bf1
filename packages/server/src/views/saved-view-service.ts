import type { Page, SavedViewPut, SavedView as SavedViewView } from '@drover/api';
import { named } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainError } from '../lib/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Log } from '../lib/log.ts';
import { decodeCursor, encodeCursor, type PageRequest, timeText } from '../lib/page.ts';
import { SAVED_VIEWS_MAX, type SavedViewRecord } from './saved-view.ts';
import type { SavedViewStore } from './saved-view-store.ts';

export interface SavedViewServiceOptions {
  readonly store: SavedViewStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Views of the fleet that operators share. Construct, `await start()`. */
export class SavedViewService {
  /** Names of views that were written or deleted. */
  readonly changes = new Listeners<string>();
  readonly #options: SavedViewServiceOptions;
  readonly #views = new Map<string, SavedViewRecord>();

  constructor(options: SavedViewServiceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const view of await this.#options.store.load()) this.#views.set(view.name, view);
  }

  /** By name. */
  list({ limit, cursor }: PageRequest): Page<SavedViewView> {
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const behind = [...this.#views.values()]
      .filter(({ name }) => after === undefined || name > String(after))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const items = behind.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = behind.length > limit && last !== undefined ? encodeCursor([last.name]) : null;
    return { items: items.map(viewOf), nextCursor, total: this.#views.size };
  }

  /** On disk when it resolves; in the place of one of the same name. */
  async put(
    name: string,
    content: SavedViewPut,
    author: string,
  ): Promise<{ readonly view: SavedViewView; readonly isNew: boolean }> {
    const { store, clock, log } = this.#options;
    const before = this.#views.get(name);
    if (before === undefined && this.#views.size >= SAVED_VIEWS_MAX) {
      throw new DomainError(
        'invalid_request',
        `view "${name}" was not saved: there are ${SAVED_VIEWS_MAX} already, which is the limit; delete some first`,
      );
    }
    const nowMs = clock.now();
    const createdAtMs = before?.createdAtMs ?? nowMs;
    const view: SavedViewRecord = { name, content, author, createdAtMs, updatedAtMs: nowMs };
    await store.put(view, () => ({ author, kind: 'view.saved', subject: named('view', name), detail: '' }));
    this.#views.set(name, view);
    log.info({ view: name, author }, 'view saved');
    this.changes.emit(name);
    return { view: viewOf(view), isNew: before === undefined };
  }

  /** On disk when it resolves. Throws `view_not_found`. */
  async remove(name: string, author: string): Promise<void> {
    if (!this.#views.has(name)) throw new DomainError('view_not_found', `there is no view "${name}"`);
    await this.#options.store.remove(name, (done) =>
      done ? { author, kind: 'view.deleted', subject: named('view', name), detail: '' } : undefined,
    );
    this.#views.delete(name);
    this.#options.log.info({ view: name, author }, 'view deleted');
    this.changes.emit(name);
  }
}

function viewOf({ name, content, author, createdAtMs, updatedAtMs }: SavedViewRecord): SavedViewView {
  return {
    ...content,
    filter: content.filter ?? {},
    name,
    author,
    createdAt: timeText(createdAtMs),
    updatedAt: timeText(updatedAtMs),
  };
}
