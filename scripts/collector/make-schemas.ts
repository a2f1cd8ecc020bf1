import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../lib/progress.ts';
import { onPath, ROOT } from '../lib/run.ts';
import { generateSource, installBuilder, step } from './build-collector.ts';
import { type Manifest, readManifest } from './manifest.ts';

const PROGRAM = join(ROOT, 'scripts/collector/schema');

/** The component schemas of the Collector that a manifest names. */
export type MadeSchemas = { readonly manifest: Manifest; readonly json: string };

/**
 * Makes the component schemas of the Collector that a manifest names: a program with exactly its modules looks at each
 * component's default configuration, and asks the component what it takes. Needs Go; throws with the reason where a
 * step fails.
 */
export async function makeSchemas(manifestPath: string, progress: Progress): Promise<MadeSchemas> {
  const go = onPath(['go']);
  if (go === undefined) throw new Error('Go is not installed: there is no `go` on PATH');
  const manifest = readManifest(readFileSync(manifestPath, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'drover-schemas-'));
  try {
    const builder = await installBuilder(go, progress, manifest.builderVersion);
    await generateSource(builder, manifestPath, folder, progress);
    const source = join(folder, 'out');
    replaceMain(source);
    const env = { ...process.env, CGO_ENABLED: '0' };
    const options = { cwd: source, env };
    await step(progress, () => 'compiling', go, ['build', '-trimpath', '-o', 'schemas', '.'], options);
    const list = ['list', '-deps', '-f', '{{.ImportPath}}\t{{.Dir}}', '.'];
    const packages = join(folder, 'packages');
    writeFileSync(packages, await step(progress, () => 'listing packages', go, list, options));
    const output = join(folder, 'schemas.json');
    const asking = ['-c', 'exec "$0" < "$1" > "$2"', join(source, 'schemas'), packages, output];
    await step(progress, () => 'asking the components', 'sh', asking, options);
    return { manifest, json: documentOf(manifest, readFileSync(output, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts our program in the place of the builder's `main`, beside its `components()`. */
function replaceMain(source: string): void {
  for (const name of readdirSync(source)) if (/^main.*\.go$/.test(name)) rmSync(join(source, name));
  for (const name of readdirSync(PROGRAM)) {
    if (name.endsWith('.go')) cpSync(join(PROGRAM, name), join(source, name));
  }
}

/** The document that the control plane keeps: compact, with what it was made of. */
function documentOf({ distribution, version, modules }: Manifest, made: string): string {
  return `${JSON.stringify({ distribution, version, modules, ...JSON.parse(made) })}\n`;
}
