import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readReport } from './test-report.ts';

function report(testResults: readonly object[], exitCode: number): ReturnType<typeof readReport> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-report-'));
  try {
    writeFileSync(join(folder, 'report.json'), JSON.stringify({ testResults }));
    return readReport(join(folder, 'report.json'), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const file = (status: string, ...statuses: readonly string[]): object => ({
  name: '/x/a.test.ts',
  status,
  assertionResults: statuses.map((each) => ({ status: each, fullName: `it ${each}` })),
});

test('passed, failed and skipped tests are counted', () => {
  const { passed, failed, skipped } = report([file('failed', 'passed', 'failed', 'skipped', 'todo')], 1);
  expect([passed, failed]).toEqual([1, 1]);
  expect(skipped.map((line) => line.replace(/^.*: /, ''))).toEqual(['it skipped', 'it todo']);
});

test('what passed with its second try is named, with what the first one met', () => {
  const first = { status: 'passed', fullName: 'it', failureMessages: ['Error: not yet\n    at x'] };
  const { passed, retried } = report(
    [
      {
        name: '/x/a.test.ts',
        status: 'passed',
        assertionResults: [first, { status: 'passed', fullName: 'b' }],
      },
    ],
    0,
  );
  expect(passed).toBe(2);
  expect(retried).toEqual([expect.stringMatching(/a\.test\.ts: it \(Error: not yet\)$/)]);
});

test('a file that does not load is a failure', () => {
  expect(report([file('failed'), file('passed', 'passed')], 1)).toMatchObject({ passed: 1, failed: 1 });
});

test('an error outside of tests is a failure', () => {
  expect(report([file('passed', 'passed')], 1)).toMatchObject({ passed: 1, failed: 1 });
});

test('a run that ended before its report is a failure', () => {
  expect(readReport('/nonexistent', 1)).toMatchObject({ passed: 0, failed: 1 });
});
