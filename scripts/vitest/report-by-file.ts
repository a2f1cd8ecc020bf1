import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import type { FileResult, RunResults } from '../test-results.ts';

/**
 * A Vitest reporter that writes `RunResults` as JSON to the file that `DROVER_TEST_RESULTS` names. Vitest's own JSON
 * report has no errors outside of tests and counts the tests of a failed `beforeAll` as merely skipped.
 */
export default class ReportByFile implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env.DROVER_TEST_RESULTS;
    if (path === undefined) return;
    const results: RunResults = {
      files: modules.map(resultsOf),
      errors: unhandled.map((error) => {
        const file: unknown = error.VITEST_TEST_PATH;
        return { message: firstLine(error), ...(typeof file === 'string' ? { file } : {}) };
      }),
    };
    writeFileSync(path, JSON.stringify(results));
  }
}

function resultsOf(module: TestModule): FileResult {
  const tests = [...module.children.allTests()];
  const failures: { title: string; message: string }[] = [];
  const skipped: string[] = [];
  for (const test of tests) {
    const { state, errors } = test.result();
    if (state === 'failed') failures.push({ title: test.fullName, message: firstLine(errors[0]) });
    else if (state !== 'passed') skipped.push(test.fullName);
  }
  for (const suite of module.children.allSuites()) {
    for (const error of suite.errors()) failures.push({ title: suite.fullName, message: firstLine(error) });
  }
  for (const error of module.errors()) failures.push({ title: 'the file', message: firstLine(error) });
  const passed = tests.filter((test) => test.result().state === 'passed').length;
  return { file: module.moduleId, passed, failures, skipped };
}

function firstLine(error: { readonly message?: string } | undefined): string {
  return (error?.message ?? 'no message').split('\n', 1)[0] ?? '';
}
