import { join } from 'node:path';
import { isUpToDate, makeStep } from './build/stamp.ts';
import { buildSteps } from './build/steps.ts';
import { withLock } from './lib/lock.ts';
import { type Progress, stderrProgress } from './lib/progress.ts';
import { ROOT } from './lib/run.ts';

/** Builds what is missing or older than its sources; false when something failed (it was printed). */
export async function build(progress: Progress = stderrProgress('build')): Promise<boolean> {
  if (buildSteps().every(isUpToDate)) return true;
  const onWait = (pid: number | undefined): void =>
    progress.update(`process ${pid ?? '?'} builds already; waiting for it`);
  return withLock(join(ROOT, 'node_modules/.cache/drover-build'), onWait, async () => {
    for (const step of buildSteps()) {
      if (isUpToDate(step)) continue;
      const startedAt = Date.now();
      const ticker = setInterval(() => progress.update(step.name), 1000);
      const problem = await makeStep(step).finally(() => clearInterval(ticker));
      if (problem !== undefined) {
        progress.say(`${step.name} failed:\n${problem}`);
        return false;
      }
      progress.say(`${step.name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    }
    return true;
  });
}

if (import.meta.main) process.exitCode = (await build()) ? 0 : 1;
