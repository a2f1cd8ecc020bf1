import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './lib/run.ts';
import { type FileResult, filesToRunAgain, type RunResults, readResults, reportOf } from './test-results.ts';

const good: FileResult = { file: join(ROOT, 'a.test.ts'), passed: 2, failures: [], skipped: [] };
const bad: FileResult = {
  file: join(ROOT, 'b.test.ts'),
  passed: 1,
  failures: [{ title: 'it holds', message: 'not yet' }],
  skipped: [],
};
const partial: FileResult = { file: join(ROOT, 'c.test.ts'), passed: 1, failures: [], skipped: ['no Java'] };
const run = (files: readonly FileResult[], errors: RunResults['errors'] = []): RunResults => ({
  files,
  errors,
});

test('passed, failed and skipped tests are counted', () => {
  expect(reportOf(run([good, bad, partial]))).toEqual({
    passed: 4,
    failed: 1,
    skipped: ['c.test.ts: no Java'],
    retried: [],
  });
});

test('a file that failed runs again, and so does one with a skipped test where nothing may be skipped', () => {
  expect(filesToRunAgain(run([good, bad, partial]), false)).toEqual([bad.file]);
  expect(filesToRunAgain(run([good, bad, partial]), true)).toEqual([bad.file, partial.file]);
  expect(filesToRunAgain(run([good]), true)).toEqual([]);
});

test('a file during which something threw outside of its tests runs again', () => {
  expect(filesToRunAgain(run([good], [{ message: 'reset', file: good.file }]), false)).toEqual([good.file]);
});

test('nothing runs again after an error of no file, or when many files failed', () => {
  expect(filesToRunAgain(run([bad], [{ message: 'no report' }]), false)).toEqual([]);
  const many = Array.from({ length: 13 }, (_, index) => ({ ...bad, file: join(ROOT, `${index}.test.ts`) }));
  expect(filesToRunAgain(run(many), false)).toEqual([]);
});

test('what passed with its second try is named, with what the first one met', () => {
  const second = run([{ ...bad, passed: 2, failures: [] }]);
  const first = run([good, bad], [{ message: 'reset', file: bad.file }]);
  expect(reportOf(first, second)).toEqual({
    passed: 4,
    failed: 0,
    skipped: [],
    retried: ['b.test.ts: it holds (not yet)', 'b.test.ts: outside of tests (reset)'],
  });
});

test('what fails twice stays a failure, and so does what only the second try met', () => {
  const { failed, retried } = reportOf(run([good, bad]), run([bad], [{ message: 'reset', file: bad.file }]));
  expect([failed, retried]).toEqual([2, []]);
});

test('a run that ended before its report, or with a code that nothing explains, is a failure', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drover-results-'));
  try {
    const path = join(folder, 'results.json');
    expect(reportOf(readResults(path, 1))).toMatchObject({ passed: 0, failed: 1 });
    writeFileSync(path, JSON.stringify(run([good])));
    expect(reportOf(readResults(path, 1))).toMatchObject({ passed: 2, failed: 1 });
    expect(reportOf(readResults(path, 0))).toMatchObject({ passed: 2, failed: 0 });
    writeFileSync(path, JSON.stringify(run([bad])));
    expect(reportOf(readResults(path, 1))).toMatchObject({ passed: 1, failed: 1 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
