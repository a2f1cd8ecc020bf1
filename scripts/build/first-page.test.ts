import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { ROOT } from '../lib/run.ts';
import { budgetProblem, firstPageBudget, weighFirstPage } from './first-page.ts';

/** A site whose entry loads one page and, on demand, a heavy one. */
async function buildSite(limitBytes: number): Promise<Rolldown.OutputBundle> {
  const modules: Record<string, string> = {
    'entry.js': "import './base.css'; import('./fleet-page.js'); import('./editor-page.js');",
    'base.css': 'body { color: black }',
    'fleet-page.js': "export { word } from './shared.js';",
    'editor-page.js': `export { word } from './shared.js'; export const heavy = ${JSON.stringify(noise())};`,
    'shared.js': "export const word = 'shared';",
  };
  const result = await build({
    configFile: false,
    root: join(ROOT, 'scripts/build'),
    logLevel: 'silent',
    build: { write: false, rolldownOptions: { input: 'entry.js' } },
    plugins: [
      {
        name: 'modules-in-memory',
        resolveId: (id) => (id.replace('./', '') in modules ? `/${id.replace('./', '')}` : undefined),
        load: (id) => modules[id.slice(1)],
      },
      firstPageBudget({ pages: ['/fleet-page.js'], limitBytes }),
    ],
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  return Object.fromEntries(output.map((file) => [file.fileName, file]));
}

/** Text that does not compress. */
function noise(): string {
  let state = 1;
  return Array.from({ length: 20_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}

test('the entry, the page and what both need are weighed, what is loaded later is not', async () => {
  const bundle = await buildSite(10_000);
  const names = weighFirstPage(bundle, ['/fleet-page.js']).map(({ name }) => name.replace(/-[^-]*\./, '.'));
  expect(names.toSorted()).toEqual(expect.arrayContaining(['assets/entry.css', 'assets/entry.js']));
  expect(names.some((name) => name.includes('fleet-page'))).toBe(true);
  expect(names.some((name) => name.includes('editor-page'))).toBe(false);
});

test('a build over the budget fails and names its files, and so does one without the page', async () => {
  await expect(buildSite(100)).rejects.toThrow(/may be 100: .*\n +\d+ assets\/entry/);
  expect(() => weighFirstPage({}, ['/fleet-page.js'])).toThrow('no chunk for /fleet-page.js');
  expect(budgetProblem([{ name: 'a.js', bytes: 3 }], 3)).toBe('');
});
