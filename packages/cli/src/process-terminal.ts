import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Terminal } from './terminal.ts';

async function askOn(
  process: NodeJS.Process,
  controller: AbortController,
  question: string,
  hidden: boolean,
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stderr,
    terminal: true,
  });
  // In raw mode Ctrl-C arrives as a key, not as a signal; unanswered it would end the process in mid-await.
  lines.on('SIGINT', () => controller.abort());
  lines.on('close', () => controller.abort());
  try {
    if (hidden) process.stderr.write(question);
    return await lines.question(hidden ? '' : question, { signal: controller.signal });
  } catch (error) {
    if (controller.signal.aborted) return '';
    throw error;
  } finally {
    lines.removeAllListeners('close');
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}

function wantsColour(process: NodeJS.Process): boolean {
  if (process.env.NO_COLOR) return false;
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}

/** The terminal of this process. Takes over SIGINT and SIGTERM: the first aborts `interrupted`, the second kills as usual. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return {
    env: process.env,
    isOutputTty: process.stdout.isTTY === true,
    canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
    hasColour: wantsColour(process),
    columns: process.stdout.columns ?? 100,
    out: (chunk) => process.stdout.write(chunk),
    err: (chunk) => process.stderr.write(chunk),
    readInput: () => text(process.stdin),
    ask: (question, hidden = false) => askOn(process, controller, question, hidden),
    interrupted: controller.signal,
  };
}
