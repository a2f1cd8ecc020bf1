import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Why this machine cannot mount; undefined where it can. */
export function mountProblem(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  try {
    const folder = '/tmp/drover-mount-probe';
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return undefined;
  } catch {
    return 'a file system cannot be mounted here: that needs root';
  }
}

/** A small disk of its own at this folder. */
export interface SmallDisk extends AsyncDisposable {
  /** Writes until nothing more goes in. */
  fill(): void;
  /** Makes room again. */
  empty(): void;
  /** Nothing can be opened for writing any more; what is open already stays so. */
  makeReadOnly(): void;
  makeWritable(): void;
}

export function smallDisk(folder: string): SmallDisk {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mount = (...args: string[]) => execFileSync('mount', args);
  mount('-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'tmpfs', folder);
  const filler = join(folder, 'filler');
  let isReadOnly = false;
  const makeWritable = () => {
    if (isReadOnly) execFileSync('umount', [folder]);
    isReadOnly = false;
  };
  return {
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (const size of [1_048_576, 4_096, 1]) {
          const block = Buffer.alloc(size, 'x');
          try {
            while (writeSync(file, block) === size);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler, { force: true }),
    makeReadOnly() {
      mount('--bind', folder, folder);
      mount('-o', 'remount,ro,bind', folder);
      isReadOnly = true;
    },
    makeWritable,
    async [Symbol.asyncDispose]() {
      makeWritable();
      // The Collector's output may be open for a moment longer.
      execFileSync('umount', ['--lazy', folder]);
    },
  };
}
