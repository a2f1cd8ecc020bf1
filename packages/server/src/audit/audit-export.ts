import type { ActivityEntry, ActivityExportFormat } from '@drover/api';
import { csvLine } from '../lib/csv.ts';

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
    yield csvLine(COLUMNS.map(([name]) => name));
    for await (const entry of entries) yield csvLine(COLUMNS.map(([, text]) => text(entry)));
    return;
  }
  let before = '[';
  for await (const entry of entries) {
    yield `${before}\n${JSON.stringify(entry)}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}
