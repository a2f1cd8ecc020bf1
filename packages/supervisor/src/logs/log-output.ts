import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { makeRoom } from '../storage/numbered-files.ts';

/** A place that lines go to. */
export interface LogOutput {
  /** Returns when the line is written; false where it could not be. */
  write(line: string): boolean;
}

const MAX_FILE_BYTES = 10 * 1_024 * 1_024;
/** How often it is looked whether somebody else has moved the file away. */
const LOOK_INTERVAL_MS = 1_000;
/** A reader that is slow may keep a line waiting for so long, once for each line. */
const BUSY_LIMIT_MS = 200;
const BUSY_STEP_MS = 5;

/** `stdout` and `stderr` are this process's own, anything else is the path of a file. Throws where that cannot be opened. */
export function openLogOutput(path: string): LogOutput {
  if (path === 'stdout') return { write: (line) => writeAll(1, line) };
  if (path === 'stderr') return { write: (line) => writeAll(2, line) };
  return logFile(path);
}

/**
 * A file that never grows without bound: beyond 10 MiB it becomes `.1` and a new one is begun; up to `.5` are kept. One
 * that was moved away by somebody else is opened anew.
 */
export function logFile(path: string, maxBytes = MAX_FILE_BYTES, nowMs: () => number = Date.now): LogOutput {
  let file = openSync(path, 'a', 0o600);
  let size = fstatSync(file).size;
  let lookedAtMs = nowMs();

  const reopen = () => {
    const next = openSync(path, 'a', 0o600);
    closeSync(file);
    file = next;
    size = fstatSync(file).size;
  };
  const isMovedAway = () => {
    if (nowMs() - lookedAtMs < LOOK_INTERVAL_MS) return false;
    lookedAtMs = nowMs();
    const there = statSync(path, { throwIfNoEntry: false });
    const ours = fstatSync(file);
    size = ours.size;
    return there?.ino !== ours.ino || there.dev !== ours.dev;
  };
  return {
    write(line) {
      try {
        if (isMovedAway()) reopen();
        else if (size > 0 && size + line.length > maxBytes) {
          makeRoom(path);
          renameSync(path, `${path}.1`);
          reopen();
        }
      } catch {
        // A file that cannot be renewed goes on growing: better than no log.
      }
      size += line.length;
      return writeAll(file, line);
    },
  };
}

function writeAll(file: number, line: string): boolean {
  const bytes = Buffer.from(line);
  let waitedMs = 0;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(file, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || waitedMs >= BUSY_LIMIT_MS) return false;
      pause(BUSY_STEP_MS);
      waitedMs += BUSY_STEP_MS;
    }
  }
  return true;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
