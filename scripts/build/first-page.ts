import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

export interface WeighedFile {
  readonly name: string;
  readonly bytes: number;
}

type Bundle = Rolldown.OutputBundle;

/** The scripts and styles that a browser loads for these pages, compressed as they are served, the heaviest first. */
export function weighFirstPage(bundle: Bundle, pages: readonly string[]): readonly WeighedFile[] {
  const names = new Set<string>();
  const add = (name: string): void => {
    const output = bundle[name];
    if (names.has(name) || output === undefined) return;
    names.add(name);
    if (output.type !== 'chunk') return;
    for (const needed of [...output.imports, ...(output.viteMetadata?.importedCss ?? [])]) add(needed);
  };
  const isFirst = (output: Rolldown.OutputChunk): boolean =>
    output.isEntry || pages.some((page) => output.facadeModuleId?.endsWith(page));
  const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
  const missing = pages.filter(
    (page) => !chunks.some(({ facadeModuleId }) => facadeModuleId?.endsWith(page)),
  );
  if (missing.length > 0) throw new Error(`the build has no chunk for ${missing.join(', ')}`);
  for (const chunk of chunks.filter(isFirst)) add(chunk.fileName);
  return [...names]
    .map((name) => ({ name, bytes: gzipSync(contentOf(bundle[name])).length }))
    .toSorted((one, other) => other.bytes - one.bytes);
}

function contentOf(output: Bundle[string] | undefined): string | Uint8Array {
  if (output === undefined) return '';
  return output.type === 'chunk' ? output.code : output.source;
}

/** What is wrong with them, file by file; empty when they are light enough. */
export function budgetProblem(files: readonly WeighedFile[], limitBytes: number): string {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limitBytes) return '';
  const lines = files.map(({ name, bytes }) => `  ${String(bytes).padStart(7)} ${name}`);
  return `The first page is ${total} bytes compressed and may be ${limitBytes}: load at first only what it shows.\n${lines.join('\n')}`;
}

/** Fails the build of the console when its first page is too heavy, and names the files that it is made of. */
export function firstPageBudget(options: {
  /** Ends of the paths of modules that are loaded on demand and make up the first page beside the entry. */
  readonly pages: readonly string[];
  readonly limitBytes: number;
}): Plugin {
  return {
    name: 'first-page-budget',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const problem = budgetProblem(weighFirstPage(bundle, options.pages), options.limitBytes);
        if (problem !== '') this.error(problem);
      },
    },
  };
}
