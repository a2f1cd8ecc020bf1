/**
 * A set of file paths. `*` and `?` stay within one folder, `**` as a whole step stands for any number of folders, and
 * `/a/**` holds `/a` itself too. An operator's patterns and a configuration's paths are compared as sets, because a
 * configuration's path is often a glob itself: what counts is every file that it could come to mean.
 */
export interface PathPattern {
  readonly states: readonly State[];
}

/** What may be read at a state (one character, any but a slash, any at all) and where that leads; `skips` lead on without reading. */
interface State {
  readonly edges: { readonly on: string | 'name' | 'any'; readonly to: number }[];
  readonly skips: number[];
}

/** States that comparisons may still look at, counted down. Once there are none, nothing is covered and everything overlaps. */
export interface Effort {
  looksLeft: number;
}

/** States that one comparison may look at, some 50 ms, whatever is left of the effort. */
const MAX_LOOKS = 100_000;
/** Stands for every character that neither side names. */
const OTHER = '\u0000';

/** The one path that is written so, whatever its characters mean elsewhere. */
export function exactPath(path: string): PathPattern {
  const builder = new Builder();
  for (const char of path) builder.read(char);
  return builder.finish();
}

/**
 * Reads a glob. Classes such as `[0-9]` are taken for any character, so that the set is never smaller than what is
 * meant; alternatives in braces are not understood: `expandBraces` first.
 */
export function globPattern(glob: string): PathPattern {
  const builder = new Builder();
  const steps = glob.split('/');
  let needsSlash = false;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    if (step === '**') {
      if (isLast) builder.below(needsSlash);
      else {
        if (needsSlash) builder.read('/');
        builder.folders();
        needsSlash = false;
      }
      continue;
    }
    if (needsSlash) builder.read('/');
    readName(builder, step);
    needsSlash = true;
  }
  return builder.finish();
}

function readName(builder: Builder, step: string): void {
  for (let at = 0; at < step.length; at++) {
    const char = step.charAt(at);
    const classEnd = char === '[' ? step.indexOf(']', at + 2) : -1;
    if (char === '*') builder.repeat('name');
    else if (char === '?') builder.read('name');
    else if (classEnd >= 0) {
      builder.read('name');
      at = classEnd;
    } else if (char === '\\' && at + 1 < step.length) {
      at += 1;
      builder.read(step.charAt(at));
    } else builder.read(char);
  }
}

class Builder {
  readonly #states: State[] = [{ edges: [], skips: [] }];

  read(on: string): void {
    const to = this.#add();
    this.#states[to - 1]?.edges.push({ on, to });
  }

  repeat(on: 'name' | 'any'): void {
    const loop = this.#add();
    this.#states[loop - 1]?.skips.push(loop);
    this.#states[loop]?.edges.push({ on, to: loop });
  }

  /** Nothing, or any text that ends with a slash. */
  folders(): void {
    const start = this.#states.length - 1;
    this.repeat('any');
    this.read('/');
    this.#states[start]?.skips.push(this.#states.length - 1);
  }

  /** What stood so far, and all that is below it; anything where nothing stood so far. */
  below(isAfterName: boolean): void {
    const start = this.#states.length - 1;
    if (isAfterName) this.read('/');
    this.repeat('any');
    const loop = this.#states.length - 1;
    const end = this.#add();
    this.#states[loop]?.skips.push(end);
    if (isAfterName) this.#states[start]?.skips.push(end);
  }

  finish(): PathPattern {
    return { states: this.#states };
  }

  #add(): number {
    this.#states.push({ edges: [], skips: [] });
    return this.#states.length - 1;
  }
}

/** True where every path of `paths` is one of `pattern`. */
export function covers(pattern: PathPattern, paths: PathPattern, effort?: Effort): boolean {
  const escapes = (inPattern: boolean, inPaths: boolean) => inPaths && !inPattern;
  return explore({ pattern, paths, isSought: escapes, goesOnAlone: true, effort }) === 'not found';
}

/** True where some path is in both. */
export function overlaps(pattern: PathPattern, paths: PathPattern, effort?: Effort): boolean {
  const isInBoth = (inPattern: boolean, inPaths: boolean) => inPattern && inPaths;
  return explore({ pattern, paths, isSought: isInBoth, goesOnAlone: false, effort }) !== 'not found';
}

interface Exploration {
  readonly pattern: PathPattern;
  readonly paths: PathPattern;
  /** Asked of the ends that a text reaches. */
  readonly isSought: (inPattern: boolean, inPaths: boolean) => boolean;
  /** Also where the pattern cannot follow. */
  readonly goesOnAlone: boolean;
  readonly effort: Effort | undefined;
}

/** Walks both at once over every text that `paths` can read. */
function explore(exploration: Exploration): 'found' | 'not found' | 'too tangled' {
  const { pattern, paths, isSought, goesOnAlone, effort = { looksLeft: MAX_LOOKS } } = exploration;
  const pending = [{ left: reached(pattern, [0]), right: reached(paths, [0]) }];
  const seen = new Set<string>();
  const least = effort.looksLeft - MAX_LOOKS;
  for (;;) {
    const pair = pending.pop();
    if (pair === undefined) return 'not found';
    const key = `${pair.left.join()}|${pair.right.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (isSought(isEnd(pattern, pair.left), isEnd(paths, pair.right))) return 'found';
    for (const char of charactersThatMatter(pattern, paths, pair)) {
      effort.looksLeft -= pair.left.length + pair.right.length;
      if (effort.looksLeft < Math.max(least, 0)) return 'too tangled';
      const right = step(paths, pair.right, char);
      const left = step(pattern, pair.left, char);
      if (right.length > 0 && (left.length > 0 || goesOnAlone)) pending.push({ left, right });
    }
  }
}

/** Every other character leads to where `OTHER` leads. */
function charactersThatMatter(
  pattern: PathPattern,
  paths: PathPattern,
  { left, right }: { readonly left: readonly number[]; readonly right: readonly number[] },
): ReadonlySet<string> {
  const named = (set: PathPattern, states: readonly number[]) =>
    states.flatMap((at) => (set.states[at]?.edges ?? []).map(({ on }) => on));
  const ofPaths = named(paths, right);
  if (!ofPaths.includes('name') && !ofPaths.includes('any')) return new Set(ofPaths);
  return new Set([...ofPaths, ...named(pattern, left), '/', OTHER].filter((on) => on.length === 1));
}

function step(set: PathPattern, from: readonly number[], char: string): readonly number[] {
  const to = from.flatMap((at) =>
    (set.states[at]?.edges ?? [])
      .filter(({ on }) => on === char || on === 'any' || (on === 'name' && char !== '/'))
      .map((edge) => edge.to),
  );
  return to.length === 0 ? to : reached(set, to);
}

/** These states and all that can be skipped to, in order. */
function reached(set: PathPattern, from: readonly number[]): readonly number[] {
  const found = new Set(from);
  for (const at of found) for (const to of set.states[at]?.skips ?? []) found.add(to);
  return [...found].sort((a, b) => a - b);
}

function isEnd(set: PathPattern, states: readonly number[]): boolean {
  return states.includes(set.states.length - 1);
}
