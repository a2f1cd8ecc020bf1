import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../collector/cache.ts';
import { withLock } from '../lib/lock.ts';
import { stderrProgress } from '../lib/progress.ts';
import { ROOT, run } from '../lib/run.ts';

/** How one program of `tests/interop/programs` gets what it needs of other people's software. */
export interface Recipe {
  /** Its folder in `tests/interop/programs`. */
  readonly name: string;
  /** What must be on PATH. */
  readonly tools: readonly string[];
  /** What is run, one after the other, in the folder of the sources; `target` is the folder in the cache. */
  steps(sources: string, target: string): readonly Step[];
}

export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const STEP_TIMEOUT_MS = 15 * 60_000;

/**
 * The folder in the cache where the program is, built there first where its sources are new. It may take minutes; what
 * goes on is on standard error. Fails with the last words of the step that failed.
 */
export async function built(recipe: Recipe): Promise<string> {
  const sources = join(ROOT, 'tests/interop/programs', recipe.name);
  const target = join(cacheDir(), 'interop', keyOf(recipe, sources));
  const complete = join(target, 'complete');
  if (existsSync(complete)) return target;
  const progress = stderrProgress(`interop ${recipe.name}`);
  const onWait = () => progress.update('another process builds it');
  await withLock(target, onWait, async () => {
    if (existsSync(complete)) return;
    for (const step of recipe.steps(sources, target)) await take(step, sources, progress.update);
    writeFileSync(complete, '');
  });
  return target;
}

async function take(step: Step, cwd: string, update: (text: string) => void): Promise<void> {
  const what = [step.command, ...step.args].join(' ');
  const ticker = setInterval(() => update(what), 1_000);
  const env = { ...process.env, ...step.env };
  const ended = await run(step.command, step.args, { cwd, env, timeoutMs: STEP_TIMEOUT_MS });
  clearInterval(ticker);
  if (ended.code === 0) return;
  const words = `${ended.stdout}\n${ended.stderr}`.trim().slice(-2_000);
  throw new Error(`${what} ended with ${ended.code}: ${words}`);
}

/** Changes with each source and with the steps themselves. */
function keyOf(recipe: Recipe, sources: string): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe.steps('', '')));
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names) {
    const path = join(sources, name);
    if (statSync(path).isFile()) hash.update(name).update(readFileSync(path));
  }
  return `${recipe.name}-${hash.digest('hex').slice(0, 16)}`;
}
