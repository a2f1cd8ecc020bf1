import { diff3MergeRegions, diffComm } from 'node-diff3';

/** A stretch of lines of a merge. */
export type MergePart =
  /** All agree, or one side alone changed it: `from` says which. */
  | { readonly kind: 'agreed'; readonly lines: readonly string[]; readonly from: 'all' | 'mine' | 'theirs' }
  | {
      readonly kind: 'conflict';
      readonly mine: readonly string[];
      readonly theirs: readonly string[];
      /** What both were made from; undefined where that is not known. */
      readonly base: readonly string[] | undefined;
    };

/** What is taken of a conflict; `both` is mine, then theirs. */
export type MergeChoice = 'mine' | 'theirs' | 'both';

/**
 * Two texts that were made from one, by lines: what only one side changed is taken from it, what both changed
 * otherwise is a conflict. Without `base` everything in which they differ is one. No line of either side is in no part,
 * but for those that the other side alone changed.
 */
export function mergeTexts(base: string | undefined, mine: string, theirs: string): readonly MergePart[] {
  const sides = [mine, theirs, ...(base === undefined ? [] : [base])].map(linesOf);
  // What all begin and end with is not compared: it may be nearly all of a large text.
  const head = sharedLines(sides, (lines, index) => lines[index]);
  const rests = sides.map((lines) => lines.slice(head.length));
  const tail = sharedLines(rests, (lines, index) => lines[lines.length - 1 - index]).toReversed();
  const [a = [], b = [], o] = rests.map((lines) => lines.slice(0, lines.length - tail.length));
  const parts: MergePart[] = [];
  for (const part of [agreed(head), ...(o === undefined ? twoWay(a, b) : threeWay(o, a, b)), agreed(tail)]) {
    const last = parts.at(-1);
    if (part.kind === 'agreed' && part.lines.length === 0) continue;
    if (part.kind === 'agreed' && last?.kind === 'agreed' && last.from === part.from)
      parts[parts.length - 1] = { ...last, lines: [...last.lines, ...part.lines] };
    else parts.push(part);
  }
  return parts;
}

function agreed(lines: readonly string[]): MergePart {
  return { kind: 'agreed', lines, from: 'all' };
}

/** The lines that all sides have at the same places, up to the first place where they differ. */
function sharedLines(
  [first = [], ...others]: readonly string[][],
  at: (lines: readonly string[], index: number) => string | undefined,
): string[] {
  const shared: string[] = [];
  for (let line = at(first, 0); line !== undefined; line = at(first, shared.length)) {
    if (others.some((lines) => at(lines, shared.length) !== line)) break;
    shared.push(line);
  }
  return shared;
}

/** The merged text; a conflict without a choice stands as `mine`. */
export function mergedText(parts: readonly MergePart[], choices: ReadonlyMap<number, MergeChoice>): string {
  return parts
    .flatMap((part, index) =>
      part.kind === 'agreed' ? part.lines : chosenLines(part, choices.get(index) ?? 'mine'),
    )
    .join('\n');
}

export function chosenLines(
  conflict: Extract<MergePart, { kind: 'conflict' }>,
  choice: MergeChoice,
): readonly string[] {
  switch (choice) {
    case 'mine':
      return conflict.mine;
    case 'theirs':
      return conflict.theirs;
    case 'both':
      return [...conflict.mine, ...conflict.theirs];
  }
}

function threeWay(base: string[], mine: string[], theirs: string[]): readonly MergePart[] {
  return diff3MergeRegions(mine, base, theirs).map((region): MergePart => {
    if (region.stable) {
      const from = { a: 'mine', o: 'all', b: 'theirs' } as const;
      return { kind: 'agreed', lines: region.bufferContent, from: from[region.buffer] };
    }
    return isSameLines(region.aContent, region.bContent)
      ? agreed(region.aContent)
      : { kind: 'conflict', mine: region.aContent, theirs: region.bContent, base: region.oContent };
  });
}

function twoWay(mine: string[], theirs: string[]): readonly MergePart[] {
  return diffComm(mine, theirs).map((region) =>
    region.common === undefined
      ? { kind: 'conflict', mine: region.buffer1, theirs: region.buffer2, base: undefined }
      : agreed(region.common),
  );
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

function isSameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
