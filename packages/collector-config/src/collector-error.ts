const MAX_ERROR_LENGTH = 4_000;

/** Lines by which Go's logger repeats the error that stands above them. */
const LOG_LINE = /^\d{4}[-/]\d{2}[-/]\d{2}[T ]/;

/** The last `Error: …` that a Collector printed, without the word, all its lines; empty where there is none. */
export function collectorErrorIn(output: string): string {
  const lines = output.split('\n');
  const start = lines.findLastIndex((line) => line.startsWith('Error: '));
  if (start < 0) return '';
  const end = lines.findIndex((line, index) => index > start && LOG_LINE.test(line));
  return lines
    .slice(start, end < 0 ? undefined : end)
    .join('\n')
    .slice('Error: '.length, MAX_ERROR_LENGTH)
    .trim();
}
