import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from './lib/run.ts';

/** What a run of the tests gave; `failed` is never 0 where Vitest ended with another code than 0. */
export type TestReport = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** Passed with their second try, each with what the first one met. */
  readonly retried: readonly string[];
};

type JsonReport = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
};

/** Reads Vitest's JSON report. A file that does not load counts as one failure, and so does an error outside of tests. */
export function readReport(file: string, exitCode: number): TestReport {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [], retried: [] };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as JsonReport;
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  const retried: string[] = [];
  for (const { name, status, assertionResults } of testResults) {
    const failures = assertionResults.filter((test) => test.status === 'failed').length;
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed += failures === 0 && status === 'failed' ? 1 : failures;
    for (const test of assertionResults) {
      const title = `${relative(ROOT, name)}: ${test.fullName.trim()}`;
      const [first] = test.failureMessages ?? [];
      if (test.status === 'passed' && first !== undefined)
        retried.push(`${title} (${first.split('\n', 1)[0]})`);
      if (test.status === 'passed' || test.status === 'failed') continue;
      skipped.push(`${title}${reasonOf(name)}`);
    }
  }
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped, retried };
}

/** Suites on PostgreSQL do not say in their name why they were skipped. */
function reasonOf(file: string): string {
  return file.endsWith('.pg.test.ts') ? ' (no PostgreSQL: see DROVER_TEST_POSTGRES_URL)' : '';
}
