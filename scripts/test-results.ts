import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from './lib/run.ts';

/** What one test file gave. `failures` holds failed tests, failed hooks of a suite, and what kept the file from loading. */
export type FileResult = {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly { readonly title: string; readonly message: string }[];
  /** The full names of the tests that did not run. */
  readonly skipped: readonly string[];
};

/** What one run of Vitest gave, file by file, and the errors outside of tests (with the file that was running). */
export type RunResults = {
  readonly files: readonly FileResult[];
  readonly errors: readonly { readonly message: string; readonly file?: string }[];
};

/** What is told at the end. */
export type TestReport = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** What failed first and passed with the second try, each with what the first one met. */
  readonly retried: readonly string[];
};

/** More failed files than this are no accident of a busy machine: they are not tried again. */
const MOST_FILES_AGAIN = 12;

/** Reads what the reporter wrote. A run that ended before it wrote anything is one error. */
export function readResults(path: string, exitCode: number): RunResults {
  if (!existsSync(path))
    return { files: [], errors: [{ message: `the run ended with code ${exitCode} before its report` }] };
  const results = JSON.parse(readFileSync(path, 'utf8')) as RunResults;
  const isFailed = results.errors.length > 0 || results.files.some((file) => file.failures.length > 0);
  if (exitCode === 0 || isFailed) return results;
  return { ...results, errors: [{ message: `the run ended with code ${exitCode} and told no failure` }] };
}

/**
 * The files to run a second time, alone on the machine: those with a failure or an error, and those with a skipped
 * test where nothing may be skipped. None where an error belongs to no file, or where too many failed.
 */
export function filesToRunAgain({ files, errors }: RunResults, mustRunAll: boolean): readonly string[] {
  if (errors.some(({ file }) => file === undefined)) return [];
  const again = new Set(errors.flatMap(({ file }) => file ?? []));
  for (const { file, failures, skipped } of files) {
    if (failures.length > 0 || (mustRunAll && skipped.length > 0)) again.add(file);
  }
  return again.size > MOST_FILES_AGAIN ? [] : [...again];
}

/** Counts a run; the files of the second one, where there was one, stand for the same files of the first. */
export function reportOf(first: RunResults, second: RunResults = { files: [], errors: [] }): TestReport {
  const again = new Set(second.files.map(({ file }) => file));
  const standing = [...first.files.filter(({ file }) => !again.has(file)), ...second.files];
  const errors = [
    ...first.errors.filter(({ file }) => file === undefined || !again.has(file)),
    ...second.errors,
  ];
  const stillFailed = new Set(
    standing.flatMap((each) => each.failures.map(({ title }) => keyOf(each.file, title))),
  );
  const sum = (count: (file: FileResult) => number): number =>
    standing.reduce((total, file) => total + count(file), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failures }) => failures.length) + errors.length,
    skipped: standing.flatMap(({ file, skipped }) =>
      skipped.map((title) => `${keyOf(file, title)}${reasonOf(file)}`),
    ),
    retried: [
      ...first.files
        .filter(({ file }) => again.has(file))
        .flatMap(({ file, failures }) => failures.map((each) => ({ ...each, key: keyOf(file, each.title) })))
        .filter(({ key }) => !stillFailed.has(key))
        .map(({ key, message }) => `${key} (${message})`),
      ...first.errors.flatMap(({ file, message }) =>
        file !== undefined && again.has(file) ? [`${keyOf(file, 'outside of tests')} (${message})`] : [],
      ),
    ],
  };
}

function keyOf(file: string, title: string): string {
  return `${relative(ROOT, file)}: ${title.trim()}`;
}

/** Suites on PostgreSQL do not say in their name why they were skipped. */
function reasonOf(file: string): string {
  return file.endsWith('.pg.test.ts') ? ' (no PostgreSQL: see DROVER_TEST_POSTGRES_URL)' : '';
}
