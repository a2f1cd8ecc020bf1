import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Puts the control plane and all it uses into `dist/drover-server.mjs`, and its threads into files beside it: to load some thousand modules one by one takes longer than all else at a start.
 */
export async function bundleServer(): Promise<void> {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  await build({
    entryPoints: {
      'drover-server': `${folder}src/main.ts`,
      'sqlite-worker': `${folder}src/storage/sqlite-worker.ts`,
      'searchable-worker': `${folder}src/searchable-worker.ts`,
    },
    outdir: `${folder}dist`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.18',
    conditions: ['source', 'module'],
    // A native library, and a native variant of the PostgreSQL driver that is not installed.
    external: ['better-sqlite3', 'pg-native'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // Packages in the older module format ask for built-in modules by `require`, and for their own place.
    banner: {
      js: "import{createRequire as $r}from'node:module';import{dirname as $d}from'node:path';import{fileURLToPath as $f}from'node:url';const require=$r(import.meta.url),__filename=$f(import.meta.url),__dirname=$d(__filename);",
    },
    logLevel: 'warning',
  });
}

if (import.meta.main) await bundleServer();
