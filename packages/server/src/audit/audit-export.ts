import type { ActivityEntry, ActivityExportFormat } from '@drover/api';

const COLUMNS: readonly (readonly [string, (entry: ActivityEntry) => string])[] = [
  ['at', ({ at }) => at],
  ['author', ({ author }) => author],
  ['kind', ({ kind }) => kind],
  ['subject_kind', ({ subject }) => subject.kind],
  ['subject_id', ({ subject }) => subject.id],
  ['subject_name', ({ subject }) => subject.name],
  ['detail', ({ detail }) => detail],
  ['address', ({ address }) => address ?? ''],
];

/** The entries as a file, piece by piece. */
export async function* exportText(
  entries: AsyncIterable<ActivityEntry>,
  format: ActivityExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') {
    yield `${COLUMNS.map(([name]) => name).join(',')}\r\n`;
    for await (const entry of entries) yield `${COLUMNS.map(([, text]) => cell(text(entry))).join(',')}\r\n`;
    return;
  }
  let before = '[';
  for await (const entry of entries) {
    yield `${before}\n${JSON.stringify(entry)}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

/** RFC 4180. A spreadsheet must not take what somebody wrote for a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
