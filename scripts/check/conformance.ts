import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/run.ts';
import { testTitles } from './test-titles.ts';

export const PAGE = 'docs/conformance.md';

/** How many requirements each group has: with the page's numbering, the complete list of ids. */
const GROUPS: Readonly<Record<string, number>> = {
  ...{ GEN: 7, WS: 8, WSZ: 6, HTTP: 14, HZ: 6, A2S: 15, S2A: 11, UID: 5, ERR: 6, ST: 6, SEQ: 8, FLG: 3 },
  ...{ CAP: 7, DSC: 7, HL: 9, EFF: 4, RC: 18, PK: 25, PS: 10, CS: 20, TF: 2, RV: 3, CSR: 13, TLS: 6 },
  ...{ PX: 4, OC: 4, OT: 11, HB: 11, CMD: 6, CM: 7, AC: 9, CN: 9, DUP: 6, AU: 2, RT: 5, TH: 8, SE: 8, IN: 4 },
};
/** Contradictions of the specification whose reading the page gives, A1 and so on. */
const READINGS = 24;

const ROW = /^\| ([A-Z][A-Z0-9]*-?\d+) \|.*\| (met|not applicable|deviation|not met): (.*) \|$/;
const ID = /^\| ([A-Z][A-Z0-9]*-?\d+) \|/;
const REFERENCE = /\[[^\]]+\]\(\.\.\/([^)]+)\)((?: `[^`]+`,?)+)/g;
const PARTLY = /\bpart(?:ly|ially)\b/i;

interface Row {
  readonly id: string;
  readonly line: number;
  readonly verdict: string;
  readonly text: string;
}

/** What is wrong with the page: an id that is missing, twice or unknown, a verdict without what it needs, a test that is not there. */
export function conformanceProblems(
  page: string = readFileSync(join(ROOT, PAGE), 'utf8'),
  titlesOf: (path: string) => ReadonlySet<string> | undefined = titlesOnDisk,
): readonly string[] {
  const lines = page.split('\n');
  const rows: Row[] = [];
  const problems: string[] = [];
  const at = (line: number, what: string): void => {
    problems.push(`${PAGE}:${line}: ${what}`);
  };
  lines.forEach((text, index) => {
    const [, id, verdict, rest] = ROW.exec(text) ?? [];
    if (id !== undefined && verdict !== undefined && rest !== undefined)
      rows.push({ id, verdict, text: rest, line: index + 1 });
    else if (ID.test(text))
      at(index + 1, 'a row ends in "met:", "not applicable:", "deviation:" or "not met:"');
  });
  const known = new Set(expectedIds());
  const seen = new Set<string>();
  for (const { id, line } of rows) {
    if (!known.has(id)) at(line, `there is no ${id}`);
    else if (seen.has(id)) at(line, `${id} stands here twice`);
    seen.add(id);
  }
  for (const id of known) if (!seen.has(id)) at(1, `${id} is missing`);
  for (const row of rows)
    for (const problem of rowProblems(row, titlesOf)) at(row.line, `${row.id}: ${problem}`);
  return [...problems, ...summaryProblems(page, rows)];
}

function expectedIds(): string[] {
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
  return [
    ...Object.entries(GROUPS).flatMap(([group, count]) => numbered(`${group}-`, count)),
    ...numbered('A', READINGS),
  ];
}

function rowProblems(
  { verdict, text }: Row,
  titlesOf: (path: string) => ReadonlySet<string> | undefined,
): string[] {
  const problems = PARTLY.test(text) ? ['nothing is met in part'] : [];
  if (text.trim().length < 10) problems.push('says nothing');
  let named = 0;
  for (const [, path = '', list = ''] of text.matchAll(REFERENCE)) {
    const titles = titlesOf(path);
    if (titles === undefined) problems.push(`there is no file ${path}`);
    for (const [, title = ''] of list.matchAll(/`([^`]+)`/g)) {
      named++;
      if (titles !== undefined && !titles.has(title)) problems.push(`${path} has no test "${title}"`);
    }
  }
  if (verdict === 'met' && named === 0) problems.push('is met by no test');
  return problems;
}

/** The counts at the top, and the rows that are listed there as not met. */
function summaryProblems(page: string, rows: readonly Row[]): string[] {
  const requirements = rows.filter(({ id }) => id.includes('-'));
  const count = (verdict: string) => requirements.filter((row) => row.verdict === verdict).length;
  const summary = `${requirements.length} requirements: ${count('met')} met, ${count('not applicable')} not applicable, ${count('deviation')} deviations, ${count('not met')} not met.`;
  const problems = page.includes(summary) ? [] : [`${PAGE}:1: the page does not say "${summary}"`];
  const listed = [...page.matchAll(/^- ([A-Z][A-Z0-9]*-\d+): /gm)].map((match) => match[1] ?? '').sort();
  const open = rows
    .filter(({ verdict }) => verdict === 'not met')
    .map(({ id }) => id)
    .sort();
  if (listed.join() !== open.join())
    problems.push(`${PAGE}:1: listed as not met: ${listed.join(', ')}; in the tables: ${open.join(', ')}`);
  return problems;
}

const onDisk = new Map<string, ReadonlySet<string>>();

function titlesOnDisk(path: string): ReadonlySet<string> | undefined {
  const file = join(ROOT, path);
  if (!/\.tsx?$/.test(path) || !existsSync(file)) return undefined;
  const titles = onDisk.get(path) ?? testTitles(readFileSync(file, 'utf8'));
  onDisk.set(path, titles);
  return titles;
}
