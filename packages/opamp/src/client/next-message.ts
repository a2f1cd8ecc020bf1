import { SYNCED_PARTS, type SyncedPart } from './synced-state.ts';

/** What one sent message was to tell the server. */
export type SentParts = ReadonlySet<SyncedPart>;

/**
 * What the next message has to say: never a queue of messages, only the parts whose newest state the server does not
 * have. Parts leave when they are sent and come back when the message was lost (specification: Retrying Messages).
 */
export class NextMessage {
  readonly #pending = new Set<SyncedPart>();

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  mark(part: SyncedPart): void {
    this.#pending.add(part);
  }

  markAll(): void {
    for (const part of SYNCED_PARTS) this.#pending.add(part);
  }

  /** Hands over what is pending; from here on it counts as said. */
  take(): SentParts {
    const parts = new Set(this.#pending);
    this.#pending.clear();
    return parts;
  }

  lost(parts: SentParts): void {
    for (const part of parts) this.#pending.add(part);
  }
}
