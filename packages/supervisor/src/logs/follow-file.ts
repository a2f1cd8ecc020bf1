import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

const INTERVAL_MS = 250;
const MAX_BYTES_AT_ONCE = 256 * 1_024;
const MAX_LINE_BYTES = 16 * 1_024;

/** Reads what another process appends to a file. */
export interface FileFollower {
  /** Reads what is there now, up to the limit of one look. */
  look(): void;
  /** Reads what is left and ends. */
  close(): void;
}

/**
 * Gives each whole line that is appended from now on, also after the file was emptied or replaced by a new one. Of a
 * file that grows faster than can be read the middle is left out, and said.
 */
export function followFile(path: string, onLine: (line: string) => void): FileFollower {
  let file: number | undefined;
  let position = 0;
  let rest = '';

  const emit = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(cut(line));
    if (rest.length > MAX_LINE_BYTES) {
      onLine(cut(rest));
      rest = '';
    }
  };
  const readOn = () => {
    if (file === undefined) return;
    const { size } = fstatSync(file);
    if (size < position) position = 0;
    if (size - position > MAX_BYTES_AT_ONCE) {
      const skipped = size - position - MAX_BYTES_AT_ONCE;
      rest = '';
      position += skipped;
      onLine(`(${skipped} bytes are left out here)`);
    }
    const buffer = Buffer.alloc(size - position);
    const length = readSync(file, buffer, 0, buffer.length, position);
    position += length;
    if (length > 0) emit(buffer.toString('utf8', 0, length));
  };
  const open = (from: 'start' | 'end') => {
    try {
      file = openSync(path, 'r');
      position = from === 'end' ? fstatSync(file).size : 0;
    } catch {
      file = undefined;
    }
  };
  const shut = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
    if (rest !== '') onLine(cut(rest));
    rest = '';
  };
  const look = () => {
    try {
      readOn();
      const there = statSync(path, { throwIfNoEntry: false });
      if (there === undefined || (file !== undefined && fstatSync(file).ino === there.ino)) return;
      // The old file was read to its end above.
      shut();
      open('start');
      readOn();
    } catch {
      // What cannot be read now may be readable at the next look; the agent is not affected.
    }
  };

  open('end');
  const timer = setInterval(look, INTERVAL_MS);
  timer.unref();
  return {
    look,
    close() {
      clearInterval(timer);
      look();
      shut();
    },
  };
}

function cut(line: string): string {
  return line.length > MAX_LINE_BYTES ? `${line.slice(0, MAX_LINE_BYTES)} (cut)` : line;
}
