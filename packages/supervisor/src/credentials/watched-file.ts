import { readFileSync, statSync } from 'node:fs';

/** A small text file that others may replace at any time, such as a mounted secret. */
export interface WatchedFile {
  /**
   * Its text, read anew where it has changed since the last time. Where it cannot be read, or what it holds is refused by `accepts`, the last text
   * that was good serves, and the problem is told. Throws where there never was one.
   */
  text(): string;
}

export interface WatchedFileOptions {
  readonly path: string;
  /** Throws, with the reason, for a text that cannot be used. */
  readonly accepts?: (text: string) => void;
  readonly onProblem: (message: string) => void;
}

const MAX_FILE_BYTES = 1024 * 1024;

export function watchedFile({ path, accepts, onProblem }: WatchedFileOptions): WatchedFile {
  let seen: string | undefined;
  let text: string | undefined;

  const read = (): string => {
    const facts = statSync(path);
    // A replaced link leads to another inode; an edited file has another time.
    const fingerprint = [facts.dev, facts.ino, facts.size, facts.mtimeMs].join(':');
    if (text !== undefined && fingerprint === seen) return text;
    if (facts.size > MAX_FILE_BYTES) throw new Error(`has more than ${MAX_FILE_BYTES} bytes`);
    const read = readFileSync(path, 'utf8');
    // Said once for each state of the file, not with each connection.
    seen = fingerprint;
    accepts?.(read);
    return read;
  };

  let told = '';
  return {
    text() {
      try {
        text = read();
        told = '';
        return text;
      } catch (error) {
        const message = `${path}: ${error instanceof Error ? error.message : String(error)}`;
        if (text === undefined) throw new Error(message, { cause: error });
        if (message !== told) onProblem(`${message}; what it held before is used`);
        told = message;
        return text;
      }
    },
  };
}
