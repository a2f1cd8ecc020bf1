import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText, type Found, missing } from '../lib/outcome.ts';
import type { Progress } from '../lib/progress.ts';
import { isExecutable, onPath, type RunOptions, run } from '../lib/run.ts';
import { cacheDir, collectorVersion, MANIFEST } from './cache.ts';

/**
 * Builds the manifest's Collector to `target` with the OpenTelemetry Collector Builder, where Go is installed. It
 * takes ten minutes of two cores the first time; `target` appears only when it is complete.
 */
export async function buildCollector(
  target: string,
  progress: Progress,
  manifest = MANIFEST,
): Promise<Found<{ path: string }>> {
  const go = onPath(['go']);
  if (go === undefined) return missing('Go is not installed (no `go` on PATH), so it cannot be built either');
  const folder = mkdtempSync(join(dirname(target), 'build-'));
  try {
    progress.say(`building Collector ${collectorVersion()} with ${go}; about ten minutes the first time`);
    const builder = await installBuilder(go, progress);
    await generateSource(builder, manifest, folder, progress);
    await compile(go, join(folder, 'out'), progress);
    renameSync(join(folder, 'out/otelcol-drover'), target);
    progress.say(`built ${target}`);
    return { kind: 'found', path: target };
  } catch (error) {
    return missing(`building with the Collector Builder failed: ${errorText(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The builder's own binary, kept in the cache by version. */
export async function installBuilder(
  go: string,
  progress: Progress,
  version = `v${collectorVersion()}`,
): Promise<string> {
  const bin = join(cacheDir(), `builder-${version}`);
  const builder = join(bin, 'builder');
  if (isExecutable(builder)) return builder;
  mkdirSync(bin, { recursive: true });
  const args = ['install', `go.opentelemetry.io/collector/cmd/builder@${version}`];
  await step(progress, () => 'installing the builder', go, args, { env: { ...process.env, GOBIN: bin } });
  return builder;
}

/** Writes the Collector's main package to `<folder>/out` and fetches its modules. */
export async function generateSource(
  builder: string,
  manifest: string,
  folder: string,
  progress: Progress,
): Promise<void> {
  const copy = join(folder, 'manifest.yaml');
  copyFileSync(manifest, copy);
  const args = ['--config', copy, '--output-path', join(folder, 'out'), '--skip-compilation'];
  await step(progress, () => 'fetching modules', builder, args, { cwd: folder });
}

/** Compiles as the builder itself would, but outright: `go build -v` names each package when it is done. */
async function compile(go: string, source: string, progress: Progress): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0' };
  const listed = await run(go, ['list', '-deps', '.'], { cwd: source, env });
  const total = listed.stdout.split('\n').length - 1;
  let done = 0;
  let what = 'compiling';
  const onOutput = (text: string): void => {
    const names = text.split('\n').filter((line) => line !== '');
    done += names.length;
    what = `compiling, ${done} of at most ${total} packages: ${names.at(-1) ?? ''}`;
  };
  const args = ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', 'otelcol-drover', '.'];
  await step(progress, () => what, go, args, { cwd: source, env, onOutput });
}

/** Runs one step with its time shown and gives what it wrote; a failure is thrown with the program's last words. */
export async function step(
  progress: Progress,
  what: () => string,
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  progress.update(what());
  const ticker = setInterval(() => progress.update(what()), 1000);
  const ended = await run(command, args, options).finally(() => clearInterval(ticker));
  if (ended.code === 0) return ended.stdout;
  throw new Error(`${what()} (${command} ${args[0] ?? ''}): ${ended.stderr.trim().slice(-800) || 'killed'}`);
}
