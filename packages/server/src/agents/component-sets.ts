import type { Clock } from '../lib/clock.ts';
import { errorText } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { ComponentSetStore } from './component-set-store.ts';

export interface ComponentSetsOptions {
  readonly store: ComponentSetStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Beyond this the oldest is dropped: agents that still have it are asked for it again. */
  readonly maxSets?: number;
  /** Bytes of sets in memory; the others are read when somebody looks. */
  readonly maxBytesInMemory?: number;
}

const MAX_SETS = 10_000;
const MAX_BYTES_IN_MEMORY = 16 * 1024 * 1024;

/** Which components stand behind a hash. Construct, `await start()`, and only then let agents connect. */
export class ComponentSets {
  readonly #options: ComponentSetsOptions;
  /** The oldest first. */
  readonly #known = new Set<string>();
  /** The one that was used longest ago first. */
  readonly #recent = new Map<string, Uint8Array>();
  readonly #unwritten = new Map<string, Uint8Array>();
  #recentBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ComponentSetsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const hash of await this.#options.store.hashes()) this.#known.add(hash);
  }

  /** Resolves when every set is on disk, or was given up: agents are asked for those again. */
  async stop(): Promise<void> {
    await this.#writing;
  }

  has(hash: string): boolean {
    return this.#known.has(hash);
  }

  /** In memory at once, on disk soon after. */
  add(hash: string, components: Uint8Array): void {
    if (this.#known.has(hash)) return;
    this.#known.add(hash);
    this.#unwritten.set(hash, components);
    this.#remember(hash, components);
    const firstSeenAtMs = this.#options.clock.now();
    this.#writing = this.#writing.then(() => this.#write(hash, components, firstSeenAtMs));
  }

  /** The encoded AvailableComponents behind the hash, map included; undefined where no agent has reported it. */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const held = this.#recent.get(hash) ?? this.#unwritten.get(hash);
    if (held !== undefined) {
      this.#remember(hash, held);
      return held;
    }
    if (!this.#known.has(hash)) return undefined;
    const stored = await this.#options.store.find(hash);
    if (stored !== undefined) this.#remember(hash, stored);
    return stored;
  }

  async #write(hash: string, components: Uint8Array, firstSeenAtMs: number): Promise<void> {
    const { store, log } = this.#options;
    try {
      await store.insert({ hash, components, firstSeenAtMs });
      await this.#dropOldest();
    } catch (error) {
      this.#known.delete(hash);
      log.error({ hash, error: errorText(error) }, 'set of components not stored; it is asked for again');
    } finally {
      this.#unwritten.delete(hash);
    }
  }

  async #dropOldest(): Promise<void> {
    const { store, log, maxSets = MAX_SETS } = this.#options;
    const dropped: string[] = [];
    for (const hash of this.#known) {
      if (this.#known.size <= maxSets) break;
      this.#known.delete(hash);
      this.#forget(hash);
      dropped.push(hash);
    }
    if (dropped.length === 0) return;
    await store.remove(dropped);
    log.warn({ dropped: dropped.length, limit: maxSets }, 'too many sets of components; the oldest dropped');
  }

  #remember(hash: string, components: Uint8Array): void {
    this.#forget(hash);
    this.#recent.set(hash, components);
    this.#recentBytes += components.length;
    const limit = this.#options.maxBytesInMemory ?? MAX_BYTES_IN_MEMORY;
    for (const oldest of this.#recent.keys()) {
      if (this.#recentBytes <= limit) return;
      this.#forget(oldest);
    }
  }

  #forget(hash: string): void {
    const held = this.#recent.get(hash);
    if (held === undefined) return;
    this.#recent.delete(hash);
    this.#recentBytes -= held.length;
  }
}
