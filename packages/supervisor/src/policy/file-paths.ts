import { exactPath, globPattern, type PathPattern } from './path-pattern.ts';

/** What a text means on this host. */
export interface PolicyHost {
  /** The environment that the agent is started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True for a variable whose value is known only when the agent starts. */
  isSetAtStart(variable: string): boolean;
  /** Where the agent runs: relative paths begin there. Absolute. */
  readonly workingFolder: string;
  /** Where a path leads once symbolic links are followed, as far as it exists. */
  realPath(path: string): string;
}

/** All the files that a text can name, or why that cannot be said. */
export type NamedFiles =
  | { readonly kind: 'files'; readonly sets: readonly PathPattern[] }
  | { readonly kind: 'unclear'; readonly why: string };

const MAX_PATH_CHARS = 4_096;
const MAX_ALTERNATIVES = 64;
const GLOB_CHARACTERS = /[*?[\]{}\\]/;

/** The files that a path of a configuration names: as it stands, as the glob that it may be, and where links lead. */
export function namedFiles(text: string, host: PolicyHost): NamedFiles {
  if (text.length > MAX_PATH_CHARS)
    return { kind: 'unclear', why: `it is longer than ${MAX_PATH_CHARS} characters` };
  const path = text.replace(/^(?:file|unix|unixgram|unixpacket|npipe):(?:\/\/)?/i, '');
  if (climbs(path)) return { kind: 'unclear', why: 'it climbs with ".."' };
  if (path.startsWith('~')) return { kind: 'unclear', why: 'it begins with "~"' };
  if (path.includes('\u0000')) return { kind: 'unclear', why: 'it holds a NUL character' };

  const sets = exactly(path, host);
  if (!GLOB_CHARACTERS.test(path)) return { kind: 'files', sets };
  const alternatives = expandBraces(path);
  if (alternatives === undefined)
    return { kind: 'unclear', why: `its braces stand for more than ${MAX_ALTERNATIVES} paths` };
  for (const alternative of alternatives) {
    if (climbs(alternative)) return { kind: 'unclear', why: 'it climbs with ".."' };
    sets.push(...asGlob(alternative, host));
  }
  return { kind: 'files', sets };
}

/** Also where the dots are escaped: a glob of Go takes `\.\.` for what it looks like. */
function climbs(path: string): boolean {
  return [path, path.replaceAll('\\', '')].some((text) => /(?:^|[/\\{},])\.\.(?:[/\\{},]|$)/.test(text));
}

function exactly(path: string, host: PolicyHost): PathPattern[] {
  const absolute = toAbsolute(path, host);
  const real = host.realPath(absolute);
  return [...new Set([absolute, real])].map(exactPath);
}

function asGlob(path: string, host: PolicyHost): PathPattern[] {
  const steps = tidy(path).split('/');
  const firstGlob = steps.findIndex((step) => GLOB_CHARACTERS.test(step));
  if (firstGlob < 0) return exactly(path, host);
  const folder = toAbsolute(steps.slice(0, firstGlob).join('/') || (path.startsWith('/') ? '/' : ''), host);
  const rest = steps.slice(firstGlob).join('/');
  return [...new Set([folder, host.realPath(folder)])].map((from) =>
    globPattern(`${escapeGlob(from === '/' ? '' : from)}/${rest}`),
  );
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, (char) => `\\${char}`);
}

function toAbsolute(path: string, host: PolicyHost): string {
  const isAbsolute = path.startsWith('/') || /^[A-Za-z]:[/\\]/.test(path);
  return tidy(isAbsolute ? path : `${host.workingFolder}/${path}`);
}

/** Without empty steps, single dots and a slash at the end. */
export function tidy(path: string): string {
  const steps = path.split('/').filter((step, index) => (step !== '' || index === 0) && step !== '.');
  return steps.join('/') || '/';
}

/** Writes out alternatives in braces, nested ones too; undefined where there are too many. */
export function expandBraces(text: string): readonly string[] | undefined {
  const pending = [text];
  const done: string[] = [];
  while (pending.length > 0) {
    if (pending.length + done.length > MAX_ALTERNATIVES) return undefined;
    const next = pending.pop() ?? '';
    // The innermost pair: no other brace is in it.
    const pair = /\{([^{}]*)\}/.exec(next);
    if (pair === null) done.push(next);
    else {
      for (const choice of (pair[1] ?? '').split(','))
        pending.push(next.slice(0, pair.index) + choice + next.slice(pair.index + pair[0].length));
    }
  }
  return done;
}
