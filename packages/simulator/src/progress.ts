import type { Figures } from './figures.ts';

const TTY_INTERVAL_MS = 500;
const LINE_INTERVAL_MS = 10_000;

export function progressLine(figures: Figures, agents: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - figures.startedAtMs) / 1000);
  const parts = [
    `${seconds} s`,
    `${figures.connected} of ${agents} connected`,
    `${figures.messagesReceived} messages received`,
    `configs ${figures.configsApplied} applied, ${figures.configsFailed} failed`,
  ];
  if (figures.errorTotal > 0) parts.push(`${figures.errorTotal} errors`);
  return parts.join(' · ');
}

/** Shows how the run goes: on a terminal one line that is rewritten, else a line now and then. Returns what ends it. */
export function showProgress(stream: NodeJS.WriteStream, figures: Figures, agents: number): () => void {
  const isTty = stream.isTTY === true;
  const show = (): void => {
    const line = progressLine(figures, agents, Date.now());
    stream.write(isTty ? `\r\u001b[2K${line.slice(0, (stream.columns ?? 100) - 1)}` : `${line}\n`);
  };
  const timer = setInterval(show, isTty ? TTY_INTERVAL_MS : LINE_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    if (isTty) stream.write('\r\u001b[2K');
  };
}
