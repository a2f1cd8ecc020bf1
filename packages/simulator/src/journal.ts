import { createWriteStream, openSync, type WriteStream } from 'node:fs';

/** What an agent was offered, or what it said of an offer. */
export interface JournalEntry {
  readonly event: 'offered' | 'applied' | 'failed';
  /** The instance uid, as text. */
  readonly uid: string;
  /** Of the configuration, in hex. */
  readonly hash: string;
  /** Why it failed. */
  readonly error?: string;
}

/**
 * The fleet's own record of its offers, one line of JSON for each, in the order in which things happened: what a server
 * says that it did can be held against it.
 */
export class Journal {
  readonly #stream: WriteStream;

  /** Lines are added to the file. Throws where it cannot be opened; a write that fails later goes to `onError`. */
  constructor(path: string, onError: (error: Error) => void) {
    this.#stream = createWriteStream(path, { fd: openSync(path, 'a') });
    this.#stream.on('error', onError);
  }

  add(entry: JournalEntry): void {
    this.#stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
  }

  /** Resolves when every line is in the file. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.once('close', resolve);
      this.#stream.end();
    });
  }
}
