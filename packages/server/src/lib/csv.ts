/** What spreadsheets take for the beginning of a formula, also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const QUOTED = /[",;\r\n]|^\s|\s$/;

/**
 * A field of a CSV file (RFC 4180). What agents and people write must not become a formula: a quote in front keeps it
 * text. A file has no byte order mark: most programs would take it for a part of the first column's name.
 */
export function csvField(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}
