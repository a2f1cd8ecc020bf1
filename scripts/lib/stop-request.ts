const LOOK_EVERY_MS = 300;

/**
 * Calls `stop` for SIGTERM, SIGHUP and SIGINT, and where npm, which started this process, is gone: npm passes a signal
 * to a shell between the two, which ends without a word to this process.
 */
export function onStopRequest(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop('SIGTERM');
  }, LOOK_EVERY_MS).unref();
}
