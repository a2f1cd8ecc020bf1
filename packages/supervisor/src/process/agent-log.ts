import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeRoom } from '../storage/numbered-files.ts';

const MAX_FILE_BYTES = 10 * 1_024 * 1_024;

/**
 * The agent's own output. The agent writes to the file itself, so that it goes on writing when the supervisor is
 * gone. Older output is in agent.log.1 (newest) to agent.log.5.
 */
export interface AgentLog {
  readonly path: string;
  /** Sets the output of the process before aside and opens an empty file for the next one. The caller closes it. */
  openForStart(): number;
  /** Keeps the file bounded while the agent runs. */
  rotateIfLarge(): void;
  /** The last lines of the running or last process, at most so many bytes. */
  tail(maxBytes: number): string;
}

export function agentLog(folder: string, maxFileBytes = MAX_FILE_BYTES): AgentLog {
  const path = join(folder, 'agent.log');
  return {
    path,
    openForStart() {
      if (sizeOf(path) > 0) {
        makeRoom(path);
        renameSync(path, `${path}.1`);
      }
      return openSync(path, 'a', 0o600);
    },
    rotateIfLarge() {
      if (sizeOf(path) <= maxFileBytes) return;
      makeRoom(path);
      // The agent holds the file open for appending: a renamed file would go on growing under its new name.
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
    },
    tail: (maxBytes) => readTail(path, maxBytes),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function readTail(path: string, maxBytes: number): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(file).size;
    const length = Math.min(size, maxBytes);
    const buffer = Buffer.alloc(length);
    const read = readSync(file, buffer, 0, length, size - length);
    const text = buffer.toString('utf8', 0, read);
    // The first line is cut somewhere unless the whole file is shown.
    return length < size ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    closeSync(file);
  }
}
