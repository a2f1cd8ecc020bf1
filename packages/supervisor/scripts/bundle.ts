import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildResult, build } from 'esbuild';

export const FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** What Node is told for a process that waits nearly all its life: code that is compiled for speed, room for garbage and threads that collect it are memory for nothing. The launcher has the same. */
export const NODE_FLAGS: readonly string[] = [
  '--no-opt',
  '--no-maglev',
  '--optimize-for-size',
  '--max-semi-space-size=1',
  '--single-threaded',
  '--v8-pool-size=0',
];

/**
 * Puts the supervisor and all it uses into one file: it starts sooner and holds less memory than the modules one by
 * one. In the older module format, because `import` of a built-in module asks it for all that it exports: that of
 * `node:http` then brings the whole of fetch, HTTP/2 and web streams, 11 MB of memory. Needs no earlier build.
 */
export async function bundleSupervisor(
  outfile = `${FOLDER}dist/drover-supervisor.cjs`,
): Promise<BuildResult<{ metafile: true }>> {
  const { version } = JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8')) as { version: string };
  return build({
    entryPoints: [`${FOLDER}src/main.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.18',
    conditions: ['source', 'module'],
    // Built-in modules that one command alone needs are loaded when it runs.
    supported: { 'dynamic-import': false },
    define: { DROVER_SUPERVISOR_VERSION: JSON.stringify(version), 'import.meta.url': '"file:///"' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
}

if (import.meta.main) await bundleSupervisor();
