import type { OutputFormat } from './command-line.ts';

/** To standard output: the value as JSON, or in words. */
export function print(output: OutputFormat, value: unknown, inWords: () => string): void {
  process.stdout.write(output === 'json' ? `${JSON.stringify(value, null, 2)}\n` : inWords());
}

/** Aligned columns with a line of titles; cells hold what can be printed only. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Texts that came from elsewhere must not move the cursor of whoever reads them. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
