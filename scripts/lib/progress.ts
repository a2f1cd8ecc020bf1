/** Where a long step says what it does: on a terminal one line that is rewritten, else a line now and then. */
export type Progress = {
  /** A line that stays. */
  say(text: string): void;
  /** What goes on just now; shown with the time since the first call of this step. */
  update(text: string): void;
};

const QUIET_INTERVAL_MS = 15_000;

/** Progress on standard error, so that standard output stays free for results. */
export function stderrProgress(label: string): Progress {
  const stream = process.stderr;
  let startedAt: number | undefined;
  let writtenAt = 0;
  let pending = false;
  return {
    say(text) {
      if (pending) stream.write('\r\x1b[K');
      pending = false;
      startedAt = undefined;
      stream.write(`[${label}] ${text}\n`);
    },
    update(text) {
      const now = Date.now();
      startedAt ??= now;
      if (now - writtenAt < (stream.isTTY ? 100 : QUIET_INTERVAL_MS)) return;
      writtenAt = now;
      const line = `[${label}] ${elapsed(now - startedAt)} ${text}`;
      if (stream.isTTY) stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      else stream.write(`${line}\n`);
      pending = stream.isTTY;
    },
  };
}

function elapsed(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
