import type { LogLevel } from './log-record.ts';

const WORDS: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  dpanic: 'error',
  panic: 'error',
  fatal: 'error',
};

/** The Collector's columns or JSON, Fluent Bit's brackets, and whatever else begins with a time and a level. */
const LEVEL = /\t(\w+)\t|"level"\s*:\s*"(\w+)"|\[\s*(\w+)\]|^\S+\s+(?:\S+\s+)?(\w+):?\s/;

/** How grave a line of an agent's output is, by its own word; `info` where it has none. */
export function lineLevel(line: string): LogLevel {
  const [, ...groups] = LEVEL.exec(line.slice(0, 256)) ?? [];
  const word = groups.find((group) => group !== undefined)?.toLowerCase() ?? '';
  return (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined) ?? 'info';
}
