import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { API_REFERENCE, writeApiReference } from '../api-reference.ts';
import { filesBelow } from '../build/packages.ts';
import { generate } from '../generate.ts';
import { ROOT, run } from '../lib/run.ts';
import { conformanceProblems } from './conformance.ts';
import { generatedNames, sourceFiles, textProblems, trackedProblems } from './text-rules.ts';

/** One check: its name, and what is wrong (empty when all is well). */
export type CheckStep = { readonly name: string; run(): Promise<string> };

const CONSOLE_SETTINGS = join(ROOT, 'packages/console/vite.config.ts');
const modules = (path: string): string => join(ROOT, 'node_modules', path);

/** All checks, in the order in which they are worth mending. */
export const CHECK_STEPS: readonly CheckStep[] = [
  {
    name: 'format and lint',
    run: () => tool(modules('@biomejs/biome/bin/biome'), ['check', '--error-on-warnings', '.']),
  },
  { name: 'types', run: () => tool(modules('@typescript/native/bin/tsc'), ['-b']) },
  {
    name: 'imports',
    run: () =>
      tool(modules('dependency-cruiser/bin/dependency-cruiser.mjs'), [
        ...['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long'],
        ...['packages', 'scripts', 'tests', 'vitest.config.ts'],
      ]),
  },
  { name: 'unused code', run: () => tool(modules('knip/bin/knip.js'), ['--no-progress']) },
  {
    name: 'rules of style',
    run: async () =>
      [...textProblems(await sourceFiles(), generatedNames()), ...(await trackedProblems())].join('\n'),
  },
  {
    name: 'generated code',
    run: () => staleProblems(join(ROOT, 'packages/opamp/src/gen'), 'src/gen', generate),
  },
  { name: 'API reference', run: () => staleProblems(API_REFERENCE, '.', writeApiReference) },
  { name: 'lock file', run: async () => lockProblems(readJson('package-lock.json')).join('\n') },
  { name: 'console build', run: consoleProblem },
  {
    name: 'docs',
    run: async () => conformanceProblems().join('\n'),
  },
];

async function tool(script: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const ended = await run(process.execPath, [script, ...args], { env });
  return ended.code === 0 ? '' : `${ended.stdout}${ended.stderr}`.trim() || `ended with code ${ended.code}`;
}

/** Builds the console into a folder that is thrown away; the build itself holds the budget of its first page. */
async function consoleProblem(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-console-'));
  try {
    const args = ['build', join(ROOT, 'packages/console'), '--logLevel', 'error', '--outDir', folder];
    return await tool(modules('vite/bin/vite.js'), [...args, '--config', CONSOLE_SETTINGS]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes something anew in a temporary folder and compares it with what is committed at `committed`. */
async function staleProblems(
  committed: string,
  below: string,
  make: (folder: string) => Promise<string | undefined>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-generated-'));
  try {
    const problem = await make(folder);
    if (problem !== undefined) return problem;
    const fresh = join(folder, below);
    const names = new Set(
      [committed, fresh].flatMap((root) => filesBelow(root).map((file) => relative(root, file))),
    );
    const read = (root: string, name: string): string =>
      existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '';
    const stale = [...names].filter((name) => read(committed, name) !== read(fresh, name));
    const place = relative(ROOT, committed);
    return stale.map((name) => `${place}/${name} is not current: run npm run generate`).join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type LockFile = {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
};

/** npm leaves out in silence what it could not fetch for another platform, and `npm ci` fails there. */
export function lockProblems(lock: LockFile): readonly string[] {
  const places = Object.keys(lock.packages);
  const names = new Set(
    places.map((place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  );
  return Object.entries(lock.packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `package-lock.json lacks ${name}, which ${place || 'the root'} names as optional`),
  );
}

function readJson(path: string): LockFile {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as LockFile;
}
