import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ROOT, run } from '../lib/run.ts';

/** A source file that the rules look at; `path` is relative to the checkout. */
export type SourceFile = { readonly path: string; readonly text: string };

const IS_TEST = /\.(?:test|bench|suite)\.tsx?$|\/testing\//;
const MAX_SCRIPT_LINES = 150;
const VAGUE_NAMES = /^(?:utils?|helpers?|common|types|misc)$/;
const KEBAB_CASE = /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** What the other tools cannot see: each rule gives `path:line: what is wrong`. */
export function textProblems(
  files: readonly SourceFile[],
  generatedNames: ReadonlySet<string>,
): readonly string[] {
  return files.flatMap((file) => [
    ...exitProblems(file),
    ...nameProblems(file),
    ...lengthProblems(file),
    ...todoProblems(file),
    ...protobufProblems(file, generatedNames),
  ]);
}

/** Only main.ts ends a process: anywhere else it would cut off what others still have to write. */
function exitProblems({ path, text }: SourceFile): readonly string[] {
  if (!/^packages\/[^/]+\/src\//.test(path) || /\/main\.tsx?$/.test(path) || IS_TEST.test(path)) return [];
  return linesWith(text, /\bprocess\.exit\(/).map(
    (line) => `${path}:${line}: only main.ts may call process.exit`,
  );
}

/** kebab-case, and names that say what is inside. Generated and tools' own files keep theirs. */
function nameProblems({ path }: SourceFile): readonly string[] {
  if (!/\.tsx?$/.test(path) || path.includes('/gen/')) return [];
  return path
    .replace(/\.tsx?$/, '')
    .split('/')
    .flatMap((part) => {
      if (VAGUE_NAMES.test(part)) return [`${path}:1: "${part}" does not say what is inside`];
      return KEBAB_CASE.test(part) ? [] : [`${path}:1: "${part}" is not kebab-case`];
    });
}

function lengthProblems({ path, text }: SourceFile): readonly string[] {
  const lines = text.split('\n').length - 1;
  if (
    !path.startsWith('scripts/') ||
    !path.endsWith('.ts') ||
    IS_TEST.test(path) ||
    lines <= MAX_SCRIPT_LINES
  )
    return [];
  return [`${path}:${lines}: a script has at most ${MAX_SCRIPT_LINES} lines`];
}

function todoProblems({ path, text }: SourceFile): readonly string[] {
  if (path.startsWith('scripts/check/')) return [];
  const marks = linesWith(text, /\/\/\s*(?:TODO|FIXME|XXX)\b(?!\(#\d+\))/);
  return marks.map((line) => `${path}:${line}: a TODO names its issue: TODO(#12)`);
}

/** Protocol messages end at server/src/opamp, also where they come through a door of @drover/opamp. */
function protobufProblems(
  { path, text }: SourceFile,
  generatedNames: ReadonlySet<string>,
): readonly string[] {
  if (!/^packages\/server\/src\/(?!opamp\/)/.test(path) || IS_TEST.test(path)) return [];
  return [
    ...text.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'@drover\/opamp(?:\/[a-z]+)?'/g),
  ].flatMap((match) =>
    (match[1] ?? '')
      .split(',')
      .map((name) => name.replace(/\btype\b|\sas\s.*/g, '').trim())
      .filter((name) => generatedNames.has(name))
      .map((name) => {
        const line = text.slice(0, match.index).split('\n').length;
        return `${path}:${line}: ${name} is a protobuf type, and those stop at server/src/opamp`;
      }),
  );
}

function linesWith(text: string, pattern: RegExp): readonly number[] {
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

/** The repository's TypeScript files, tracked or not yet, without what git ignores. */
export async function sourceFiles(): Promise<readonly SourceFile[]> {
  const listed = await run('git', [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '*.ts',
    '*.tsx',
  ]);
  return listed.stdout
    .split('\n')
    .filter((path) => path !== '')
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(ROOT, path), 'utf8') }];
      } catch {
        return [];
      }
    });
}

/** All names that the generated protobuf code exports. */
export function generatedNames(): ReadonlySet<string> {
  const folder = join(ROOT, 'packages/opamp/src/gen');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const exported = /^export (?:declare )?(?:type|const|enum|interface) (\w+)/gm;
  return new Set(
    files.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(exported)].map((match) => match[1] ?? ''),
    ),
  );
}

/** Files that git must not hold. */
export async function trackedProblems(): Promise<readonly string[]> {
  const listed = await run('git', ['ls-files']);
  return listed.stdout
    .split('\n')
    .filter((path) => /(?:^|\/)(?:dist|node_modules|drover-data)\/|\.(?:log|tsbuildinfo)$/.test(path))
    .map(
      (path) =>
        `${relative(ROOT, join(ROOT, path))}: ${basename(path)} is made by a program and is not committed`,
    );
}
