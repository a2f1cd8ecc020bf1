// Every test: builds, gets what the tests need, runs them, says what was skipped and why. Arguments narrow the run as
// they do for Vitest: `npm test -- packages/opamp`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { findChromium } from './chromium.ts';
import { findCollector } from './collector/find-collector.ts';
import { ROOT, runAttached } from './lib/run.ts';
import { startPostgres } from './postgres.ts';
import { filesToRunAgain, type RunResults, readResults, reportOf, type TestReport } from './test-results.ts';

const args = process.argv.slice(2);
const mustRunAll = ['1', 'true'].includes(process.env.CI ?? '');
const report = (await build()) ? await runTests() : undefined;

if (report === undefined) {
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
} else {
  for (const line of report.retried) process.stdout.write(`passed with the second try: ${line}\n`);
  for (const line of report.skipped) process.stdout.write(`skipped: ${line}\n`);
  if (mustRunAll && report.skipped.length > 0)
    process.stdout.write('With CI=true a skipped test is a failure.\n');
  const failed = report.failed + (mustRunAll ? report.skipped.length : 0);
  process.stdout.write(`${report.passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function runTests(): Promise<TestReport> {
  const env = { ...process.env };
  const postgres = await startPostgres();
  if (postgres.kind === 'found') env.DROVER_TEST_POSTGRES_URL = postgres.url;
  if (needsRealPrograms()) {
    // Vitest's set-up asks the same places again and passes the reasons on to the tests.
    const collector = await findCollector();
    if (collector.kind === 'found') env.OTEL_COLLECTOR_BINARY = collector.path;
    const chromium = await findChromium();
    if (chromium.kind === 'found') env.CHROMIUM_BINARY = chromium.path;
  }
  try {
    const first = await runVitest(args, env);
    const again = mayTryAgain() ? filesToRunAgain(first, mustRunAll) : [];
    if (again.length === 0) return reportOf(first);
    process.stdout.write(`\nA second try, one file at a time, of:\n${again.join('\n')}\n`);
    return reportOf(first, await runVitest([...again, '--no-file-parallelism'], env));
  } finally {
    if (postgres.kind === 'found') await postgres.stop();
  }
}

async function runVitest(vitestArgs: readonly string[], env: NodeJS.ProcessEnv): Promise<RunResults> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-test-'));
  const results = join(folder, 'results.json');
  try {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/vitest/report-by-file.ts')}`];
    const code = await runAttached(process.execPath, [vitest, 'run', ...reporters, ...vitestArgs], {
      ...env,
      DROVER_TEST_RESULTS: results,
    });
    return readResults(results, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Real processes share two cores with whatever else the machine does. Options of Vitest say that a person looks on. */
function mayTryAgain(): boolean {
  return process.env.DROVER_TEST_SECOND_TRY !== '0' && !args.some((arg) => arg.startsWith('-'));
}

/** A run that is narrowed to packages needs neither Collector nor Chromium. */
function needsRealPrograms(): boolean {
  const paths = args.filter((arg) => !arg.startsWith('-'));
  return paths.length === 0 || paths.some((path) => !/^\.?\/?(?:packages|scripts)\b/.test(path));
}
