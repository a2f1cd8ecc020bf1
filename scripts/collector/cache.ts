import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/run.ts';

/** What the Collector Builder is to build. */
export const MANIFEST = join(ROOT, 'scripts/collector-manifest.yaml');

/** A build without the opamp extension, for tests. */
export const MINIMAL_MANIFEST = join(ROOT, 'scripts/collector-minimal-manifest.yaml');

/** The Collector's version, as the manifest has it. */
export function collectorVersion(): string {
  return /^ {2}version: (\S+)$/m.exec(readFileSync(MANIFEST, 'utf8'))?.[1] ?? '';
}

/** Drover's cache outside the checkout: `DROVER_CACHE_DIR`, else `~/.cache/drover`. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.DROVER_CACHE_DIR || join(homedir(), '.cache/drover');
}

/** The cache's folder for exactly this manifest. */
export function collectorCacheDir(env: NodeJS.ProcessEnv = process.env, manifest = MANIFEST): string {
  const key = createHash('sha256').update(readFileSync(manifest)).digest('hex').slice(0, 16);
  return join(cacheDir(env), 'collector', key);
}

/** The cached Collector, built or downloaded, which may not be there yet. */
export function cachedCollector(env: NodeJS.ProcessEnv = process.env, manifest = MANIFEST): string {
  return join(collectorCacheDir(env, manifest), 'otelcol-drover');
}
