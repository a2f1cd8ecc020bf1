const MAX_ERROR_LENGTH = 1_000;

/** The first version number in what a program printed. */
export function versionIn(output: string): string | undefined {
  return /\b[vV]?(\d+\.\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)/.exec(output)?.[1];
}

/** The last line that speaks of an error, else the last one; empty where there is none. */
export function lastErrorLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) => /\b(?:error|fatal|panic|cannot|failed)\b/i.test(line));
  return (error ?? lines.at(-1) ?? '').trim().slice(0, MAX_ERROR_LENGTH);
}
