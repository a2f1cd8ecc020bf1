import { existsSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ROOT, run } from '../lib/run.ts';
import { filesBelow, packageFolders } from './packages.ts';
import type { BuildStep } from './stamp.ts';

const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
const CONSOLE = join(ROOT, 'packages/console');
const COMPILED = /\.(?:js|d\.ts)(?:\.map)?$/;

/** Bundles in the older module format; their scripts say why. */
const COMMONJS_BUNDLES = ['supervisor'];

/** What is built, in this order. A package with `scripts/bundle.ts` is also put into one file, `dist/drover-NAME.mjs` or `.cjs`. */
export function buildSteps(): readonly BuildStep[] {
  // Vite builds the console; nothing imports its declarations, so its types are looked at by the checks alone.
  const folders = packageFolders().filter((folder) => folder !== CONSOLE);
  const settings = [join(ROOT, 'tsconfig.base.json'), join(ROOT, 'package-lock.json')];
  const sources = folders.flatMap((folder) =>
    ['src', 'package.json', 'tsconfig.json'].map((name) => join(folder, name)),
  );
  const bundles = folders.filter((folder) => existsSync(join(folder, 'scripts/bundle.ts')));
  return [
    {
      name: 'typescript',
      inputs: [...settings, ...sources],
      output: join(ROOT, 'packages/server/dist/main.js'),
      async make() {
        for (const folder of folders) removeStale(folder);
        return programProblem(TSC, ['-b', ...folders]);
      },
    },
    {
      name: 'console',
      inputs: [
        ...settings,
        ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) =>
          join(CONSOLE, name),
        ),
        join(ROOT, 'scripts/build/first-page.ts'),
        join(ROOT, 'packages/api/src'),
        join(ROOT, 'packages/collector-config/src'),
      ],
      output: join(CONSOLE, 'dist/site/index.html'),
      make: () => programProblem(VITE, ['build', '--logLevel', 'error'], CONSOLE),
    },
    ...bundles.map((folder) => {
      const script = join(folder, 'scripts/bundle.ts');
      const extension = COMMONJS_BUNDLES.includes(basename(folder)) ? 'cjs' : 'mjs';
      return {
        name: `bundle-${basename(folder)}`,
        inputs: [...settings, ...sources, script],
        output: join(folder, `dist/drover-${basename(folder)}.${extension}`),
        make: () => programProblem(script, [], folder),
      };
    }),
  ];
}

/** tsc leaves the output of deleted sources in place, where tests and programs would still find it. */
function removeStale(folder: string): void {
  const dist = join(folder, 'dist');
  for (const file of filesBelow(dist)) {
    const name = relative(dist, file);
    if (!COMPILED.test(name) || /^site\//.test(name)) continue;
    const stem = join(folder, 'src', name.replace(/^types\//, '').replace(COMPILED, ''));
    if (!existsSync(`${stem}.ts`) && !existsSync(`${stem}.tsx`)) rmSync(file);
  }
}

async function programProblem(
  script: string,
  args: readonly string[],
  cwd = ROOT,
): Promise<string | undefined> {
  const env = { ...process.env, NO_COLOR: '1' };
  const ended = await run(process.execPath, [script, ...args], { cwd, env });
  return ended.code === 0 ? undefined : `${ended.stdout}${ended.stderr}`.trim();
}
