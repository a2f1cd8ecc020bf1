import type { Act } from '../audit/audit.ts';
import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { WriteBehind } from '../lib/write-behind.ts';
import type { Credential } from './credential.ts';
import type { CredentialStore } from './credential-store.ts';

export interface CredentialWriterOptions {
  readonly store: CredentialStore;
  readonly clock: Clock;
  readonly log: Log;
}

const DELAY_MS = 200;
const BATCH = 500;
const RETRY_MS = 2000;
/** The last use is written as coarsely as this: polls of a large fleet must not become writes. */
const USE_GRAIN_MS = 15 * 60_000;

/**
 * Writes behind what agents do with their credentials. A kill in between loses nothing that matters: what was in use is still there, and what was void
 * is void again with the next use.
 */
export class CredentialWriter {
  readonly #options: CredentialWriterOptions;
  readonly #writeBehind: WriteBehind;
  readonly #changed = new Map<string, Credential>();
  readonly #dropped = new Set<string>();
  readonly #uses = new Map<string, number>();

  constructor(options: CredentialWriterOptions) {
    this.#options = options;
    this.#writeBehind = new WriteBehind({
      clock: options.clock,
      delayMs: DELAY_MS,
      maxWaiting: BATCH,
      retryMs: RETRY_MS,
      write: () => this.#write(),
      failed: (error) => options.log.error({ error: errorText(error) }, 'credentials could not be written'),
    });
  }

  save(credential: Credential): void {
    this.#changed.set(credential.id, credential);
    this.#writeBehind.mark();
  }

  drop(id: string): void {
    this.#forget(id);
    this.#dropped.add(id);
    this.#writeBehind.mark();
  }

  /** False, and nothing done, where the last use is not long ago. */
  used({ id, lastUsedAtMs }: Credential, nowMs: number): boolean {
    if (lastUsedAtMs !== null && nowMs - lastUsedAtMs < USE_GRAIN_MS) return false;
    this.#uses.set(id, nowMs);
    this.#writeBehind.mark();
    return true;
  }

  /** On disk when it resolves. */
  async remove(ids: readonly string[], act?: Act): Promise<void> {
    for (const id of ids) this.#forget(id);
    // A write that runs would bring them back.
    await this.flush();
    await this.#options.store.remove(ids, act);
  }

  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  #forget(id: string): void {
    this.#changed.delete(id);
    this.#uses.delete(id);
  }

  /** What is good is written before what it replaced is removed. */
  async #write(): Promise<void> {
    const { store } = this.#options;
    const [changed, dropped, uses] = [new Map(this.#changed), [...this.#dropped], new Map(this.#uses)];
    this.#changed.clear();
    this.#dropped.clear();
    this.#uses.clear();
    try {
      if (changed.size > 0) await store.save([...changed.values()]);
      if (dropped.length > 0) await store.remove(dropped);
      if (uses.size > 0) await store.used([...uses].map(([id, lastUsedAtMs]) => ({ id, lastUsedAtMs })));
    } catch (error) {
      for (const [id, credential] of changed)
        if (!this.#changed.has(id) && !this.#dropped.has(id)) this.#changed.set(id, credential);
      for (const id of dropped) this.#dropped.add(id);
      for (const [id, atMs] of uses) if (!this.#uses.has(id)) this.#uses.set(id, atMs);
      throw error;
    }
  }
}
